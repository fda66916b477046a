#!/usr/bin/env bash
# Tests of the Python package, set up from nothing: python.sh python|spark|torch. What pytest printed is shown.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
what=${1:?which tests: python, spark or torch?}
set_up rust python
[ "$what" != spark ] || set_up java
task=$(task)
status=0
step "tests: $what" "$what-tests" bash "$task" "$what-tests" || status=$?
readable "$logs/$what-tests.log" 60
counts=$(count_results "$logs/$what-tests.log")
echo "${counts% *} passed, ${counts#* } failed"
exit "$status"
