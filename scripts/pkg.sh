#!/usr/bin/env bash
# The npm package into pkg/: one folder per flavour. What was built before is left or copied, not built again.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
set_up rust rust_src node_modules wasm_bindgen
step "scorer wasm package" package-score bash "$(task)" package score
step "CPU wasm package" package-cpu bash "$(task)" package cpu
step "WebGPU wasm package" package-gpu bash "$(task)" package gpu
step "client" client bash "$(task)" npm build:client
step "licences" notices bash "$(task)" notices
cat "$logs/package-score.log" "$logs/package-cpu.log" "$logs/package-gpu.log" | grep '^size: '
say "the package is in $root/pkg"
