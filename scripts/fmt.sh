#!/usr/bin/env bash
# Formats Rust and, where it has a formatter, the page.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

set_up rust rust_components
cargo fmt --all
cargo fmt --manifest-path bindings/python/Cargo.toml
if [ -f "$www/package.json" ]; then
    need_node_modules
    cd "$www"
    npm run --silent --if-present format
fi
