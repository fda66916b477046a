#!/usr/bin/env bash
# The page and the package in Firefox and WebKit, set up from nothing where this is Debian and root; elsewhere in those of them
# that are here. A browser that is not is skipped, and said so.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
set_up rust rust_src node_modules wasm_bindgen wasm_pack other_browsers
bash "$root/scripts/pkg.sh"
bash "$root/scripts/site.sh"
status=0
step "tests: Firefox and WebKit" other-browsers bash "$(task)" other-browsers || status=$?
readable "$logs/other-browsers.log" 1000 | grep -E '^(# )?(skipped: |(Firefox|WebKit) is )|^not ok|^error' || true
counts=$(count_results "$logs/other-browsers.log")
echo "${counts% *} passed, ${counts#* } failed"
exit "$status"
