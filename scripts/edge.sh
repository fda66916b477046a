#!/usr/bin/env bash
# The small command (scores, trains nothing) and the C library for edge devices, into dist/edge/: static Linux binaries for
# x86-64 and ARM, and WASI. Each is run and compared with the command of this machine; sizes are printed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
set_up rust
task=$(task)
status=0
for target in $edge_targets; do
    if [ ! -d "$(rustc --print target-libdir --target "$target")" ]; then
        step "adding the Rust target $target" "setup-$target" rustup target add "$target"
    fi
    step "building for $target" "edge-$target" bash "$task" edge-build "$target" || status=1
done
[ "$status" = 0 ] || fail "make edge: a build failed; see above"
step "building midpg of this machine" binary bash "$task" binary
step "comparing scores" edge-parity bash "$task" edge-parity || fail "make edge: see above"
grep -E '^(size|same|skipped):' "$logs/edge-parity.log"
