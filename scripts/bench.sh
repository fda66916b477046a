#!/usr/bin/env bash
# The benchmarks that need nothing else; those beside other runtimes are in benches/peers.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

set_up rust
grep -q '^\[\[bench\]\]' Cargo.toml || fail "there are no benchmarks in this tree yet"
exec bash "$(task)" bench
