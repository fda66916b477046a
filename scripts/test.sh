#!/usr/bin/env bash
# Set-up, then every check and test of CI. The last line is `N passed, N failed` over all runners.
# Everything goes to stdout in one order, whatever make does with stderr.
exec 2>&1
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

passed=0
failed=0
table=""
finished=0

finish() {
    local status=$?
    trap - EXIT
    end_all
    # Ended from outside or by a failing set-up: that is a failure too.
    [ $finished = 1 ] || failed=$((failed + 1))
    echo
    printf '%-34s %8s %8s %8s\n' stage minutes passed failed
    [ -z "$table" ] || printf '%s' "$table"
    printf '%-34s %8s\n' "all" "$(elapsed)"
    skipped_tests
    echo "$passed passed, $failed failed"
    [ $status -ne 0 ] || [ $failed -eq 0 ] || status=1
    exit $status
}

skipped_tests() {
    local log lines
    for log in native-tests browser-tests www-test e2e python-tests spark-tests; do
        [ -f "$logs/$log.log" ] || continue
        lines=$(plain <"$logs/$log.log" | grep -E '^(# )?skipped: ' | sort -u || true)
        [ -z "$lines" ] || printf '%s\n' "$lines"
    done
    [ -z "${spark_note:-}" ] || echo "$spark_note"
    [ -n "${MIDPG_DATA:-}" ] || echo "note: MIDPG_DATA is not set, so the tests on real data were skipped"
}

row() { table="$table$(printf '%-34s %8s %8s %8s  %s' "$1" "$2" "$3" "$4" "$5")
"; }

# stage KIND LABEL LOG COMMAND…: KIND is `check`, or `tests` where a run of no tests is a failure.
stage() {
    local kind=$1 label=$2 name=$3 status=0 began=$SECONDS counts good bad verdict=ok
    shift 3
    step "$label" "$name" "$@" || status=$?
    counts=$(count_results "$logs/$name.log")
    good=${counts% *} bad=${counts#* }
    if [ "$kind" = tests ] && [ "$status" -eq 0 ] && [ $((good + bad)) -eq 0 ]; then
        verdict="FAILED: it ran no tests" bad=1
    elif [ "$status" -ne 0 ] || [ "$bad" -ne 0 ]; then
        verdict=FAILED
        # A stage that failed outside its tests, or before them, counts as one.
        [ "$bad" -ne 0 ] || bad=1
    fi
    passed=$((passed + good)) failed=$((failed + bad))
    if [ "$kind" = tests ] || [ "$bad" -ne 0 ]; then
        row "$label" "$(minutes $((SECONDS - began)))" "$good" "$bad" "$verdict"
    else
        row "$label" "$(minutes $((SECONDS - began)))" - - "$verdict"
    fi
    say "$label: $verdict$([ "$kind" != tests ] || printf ' (%s passed, %s failed)' "$good" "$bad")"
    [ "$verdict" = ok ]
}

guard
trap finish EXIT
rm -rf "$logs"
mkdir -p "$logs"
say "make test in $root"

began=$SECONDS
set_up rust rust_src rust_components wasm_bindgen wasm_pack node node_modules browser python
if [ -z "${MIDPG_DATA:-}" ]; then say "MIDPG_DATA is not set: tests on real data will be skipped"; fi
row "set-up" "$(minutes $((SECONDS - began)))" - - ok
task=$(task)

# The packages spend most of their time in one thread of the linker, so they are built beside the other work where
# there is memory for both. A target folder of the user's is one folder for all: there nothing can go side by side.
aside=""
memory=$(awk '$1 == "MemAvailable:" { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null || true)
if [ "${MIDPG_ASIDE:-1}" = 1 ] && [ -z "${CARGO_TARGET_DIR:-}" ] && [ "${memory:-0}" -ge 8 ]; then
    say "the wasm packages are built beside the next stages"
    launch "$logs/aside.log" bash "$task" packages-aside
    aside=$launched
fi

package_stage() {
    if [ -n "$aside" ]; then
        stage check "$2" "package-$1" bash "$task" await-package "$1" "$aside" || return 1
    else
        stage check "$2" "package-$1" bash "$task" package "$1" || return 1
    fi
    say "$(grep '^size: ' "$logs/package-$1.log")"
}

ok() { "$@" || true; }

ok stage check "formatting" fmt bash "$task" fmt
ok stage check "shell scripts" shellcheck bash "$task" shellcheck
ok stage tests "self-test of the scripts" selftest bash "$root/scripts/selftest.sh"
ok stage check "clippy" clippy bash "$task" clippy
ok stage tests "native tests" native-tests bash "$task" native-tests
ok stage check "docs" docs bash "$task" docs
ok stage check "without Burn" burn-free bash "$task" burn-free

ok stage check "browser test build" browser-build bash "$task" browser-build
ok package_stage score "scorer wasm package and its size"
ok package_stage cpu "CPU wasm package and its size"
ok package_stage gpu "WebGPU wasm package and its size"
ok stage tests "browser tests, CPU and WebGPU" browser-tests bash "$task" browser-tests
ok stage check "npm client" client bash "$task" npm build:client
ok stage check "licences" notices bash "$task" notices
ok stage check "page: format" www-format bash "$task" npm format:check
ok stage check "page: types" www-check bash "$task" npm check
ok stage tests "page: unit tests" www-test bash "$task" npm test
ok stage check "page: build" www-build bash "$task" site
ok stage tests "end-to-end tests" e2e bash "$task" npm e2e

ok stage tests "Python package" python-tests bash "$task" python-tests
# Setting Spark up takes minutes on a new machine: it has to wait where the others took the hour.
if [ $(($(date +%s) - MIDPG_STARTED)) -lt "${MIDPG_SPARK_BEFORE:-3300}" ] && command -v java >/dev/null; then
    ok stage tests "Spark and Ray" spark-tests bash "$task" spark-tests
else
    spark_note="note: the tests on Spark were left out (no Java, or no time): make test-spark"
fi

finished=1
