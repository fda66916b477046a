#!/usr/bin/env bash
# Tests of the scripts: how results are summed, stamps, version reading, folder swaps. Ends like a cargo test run.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
good=0
bad=0

same() {
    if [ "$2" = "$3" ]; then
        good=$((good + 1))
        echo "test $1 ... ok"
    else
        bad=$((bad + 1))
        printf 'test %s ... FAILED\n  wanted: %s\n  got:    %s\n' "$1" "$3" "$2"
    fi
}

printf '%s\n' 'running 3 tests' 'test a ... ok' \
    'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s' \
    '   Doc-tests mi_dpg' \
    'test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 3 filtered out; finished in 1.00s' >"$work/cargo"
same "cargo's lines are summed" "$(count_results "$work/cargo")" "16 2"

printf 'Running headless tests in Chrome\n\r\033[Ktest result: \033[32mok\033[0m. 5 passed; 0 failed; 0 ignored; 0 filtered out; finished in 2.10s\n' >"$work/bindgen"
same "wasm-bindgen-test's line counts, coloured or not" "$(count_results "$work/bindgen")" "5 0"

printf 'TAP version 13\n# tests 4\n# suites 1\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0\n' >"$work/tap"
same "node:test, TAP" "$(count_results "$work/tap")" "3 1"

printf '\033[34mℹ tests 4\033[39m\nℹ pass 2\nℹ fail 0\nℹ cancelled 1\n' >"$work/spec"
same "node:test, spec; a cancelled test failed" "$(count_results "$work/spec")" "2 1"

printf '.F..s [100%%]\nFAILED test_a.py::b - assert 1 passed\n1 failed, 13 passed, 2 skipped, 1 error in 3.24s\n23 passed, 1 warning in 90.77s (0:01:30)\n' >"$work/pytest"
same "pytest" "$(count_results "$work/pytest")" "36 2"

printf 'error[E0425]: cannot find value\nthe test result: ok, pass 3 and fail 4\n' >"$work/none"
same "other words count nothing" "$(count_results "$work/none")" "0 0"
same "several logs at once" "$(count_results "$work/cargo" "$work/tap" "$work/none")" "19 3"

printf '   Compiling a v1\n\r    Building [==>     ] 12/340: burn-core, serde\r' >"$work/progress"
same "progress is the last thing cargo said" "$(progress_of "$work/progress")" "crate 12/340: burn-core, serde"
printf '   Compiling a v1\n\r    Building [==> ] 1/2: a\r\033[Kerror: no\n' >"$work/readable"
same "a failure is shown without the bar" "$(readable "$work/readable")" "error: no"

printf '[[package]]\nname = "wasm-bindgen-macro"\nversion = "0.1.0"\n\n[[package]]\nname = "wasm-bindgen"\nversion = "0.2.130"\n' >"$work/lock"
same "the version in a lock file" "$(locked_version wasm-bindgen "$work/lock")" 0.2.130

mkdir -p "$work/src/deep"
echo one >"$work/src/a.rs"
echo two >"$work/src/deep/b.rs"
before=$(content_hash "$work/src" "$work/no-such-file")
same "a stamp does not depend on times" "$(touch "$work/src/a.rs" && content_hash "$work/src")" "$before"
echo three >>"$work/src/deep/b.rs"
same "a changed file changes the stamp" "$([ "$(content_hash "$work/src")" != "$before" ] && echo differs)" differs
mv "$work/src/a.rs" "$work/src/c.rs"
echo two >"$work/src/deep/b.rs"
same "a renamed file changes the stamp" "$([ "$(content_hash "$work/src")" != "$before" ] && echo differs)" differs

mkdir -p "$work/old" "$work/new"
touch "$work/old/stale" "$work/new/fresh"
replace_folder "$work/new" "$work/old"
same "a replaced folder holds the new files only" "$(ls -A "$work/old")" fresh
same "and leaves nothing else" "$(find "$work" -name '.tmp-*')" ""

launch "$work/long.log" bash -c 'sleep 100 & sleep 100'
end_group "$launched"
same "a launched group ends with all it started" "$(kill -0 -- "-$launched" 2>/dev/null && echo alive || echo gone)" gone
same "a step passes its status on" "$(logs=$work step x y false >/dev/null || echo $?)" 1

same "the npm package has the crate's version" \
    "$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' pkg/package.json)" \
    "$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
same "make alone lists every target" \
    "$(sed -n 's/^\([a-z-]*\):.*##.*/\1/p' Makefile | sort | xargs)" \
    "$(sed -n 's/^\.PHONY: //p' Makefile | xargs -n 1 | sort | xargs)"

word=ok
[ $bad -eq 0 ] || word=FAILED
echo
echo "test result: $word. $good passed; $bad failed"
[ $bad -eq 0 ]
