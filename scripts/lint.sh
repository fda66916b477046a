#!/usr/bin/env bash
# Formatting, clippy, the scripts, the page's own checks; all of them, then the verdict.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
set_up rust rust_components node_modules
task=$(task)
status=0
step "formatting" fmt bash "$task" fmt || status=1
step "shell scripts" shellcheck bash "$task" shellcheck || status=1
step "clippy" clippy bash "$task" clippy || status=1
step "clippy: the Python package" clippy-bindings bash "$task" clippy-bindings || status=1
if [ -f "$www/package.json" ]; then
    step "page: format" www-format bash "$task" npm format:check || status=1
    step "page: types" www-check bash "$task" npm check || status=1
fi
[ $status = 0 ] || fail "lint found something; see above"
say "lint: nothing to say"
