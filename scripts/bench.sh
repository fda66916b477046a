#!/usr/bin/env bash
# Every benchmark there is.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

set_up rust
grep -q '^\[\[bench\]\]' Cargo.toml || fail "there are no benchmarks in this tree yet"
exec bash "$(task)" bench
