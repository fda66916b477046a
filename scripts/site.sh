#!/usr/bin/env bash
# The page as a static folder: any host, any sub-path, no special headers.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
[ -f "$www/package.json" ] || fail "there is no page in this tree yet (www/package.json)"
set_up rust rust_src node_modules wasm_bindgen
step "scorer wasm package" package-score bash "$(task)" package score
step "CPU wasm package" package-cpu bash "$(task)" package cpu
step "WebGPU wasm package" package-gpu bash "$(task)" package gpu
step "building the page" www-build bash "$(task)" site
say "the site is in $www/dist"
