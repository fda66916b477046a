#!/usr/bin/env bash
# The wider matrix, beyond `make test`: each way of choosing features, native wgpu, wasm-pack's own build, other browsers, Deno,
# sanitizer, Miri.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
bash "$root/scripts/test.sh" || failed_before=1
set_up rust rust_components wasm_bindgen wasm_pack
find_browser || true
task=$(task)
status=${failed_before:-0}
for features in train,flex train,ndarray train,flex,ndarray cli cli,parallel cli,train,flex,parallel; do
    step "clippy: $features" "full-$features" bash "$task" check-features "$features" || status=1
done
for features in web web,train,flex web,train,ndarray "$wasm_gpu_features"; do
    step "clippy, wasm: $features" "full-wasm-$features" bash "$task" check-features "$features" "$wasm_target" || status=1
done
step "clippy: the Python package" full-python bash "$task" clippy-bindings || status=1
step "edge builds and their scores" full-edge bash "$root/scripts/edge.sh" || status=1
step "the npm package in Deno" full-deno bash "$task" deno-tests || status=1
step "Firefox and WebKit" full-browsers bash "$root/scripts/browsers.sh" || status=1
step "the page for two hundred cycles" full-cycles bash "$task" npm cycles || status=1
step "encoding and training, killed twenty times" full-kills bash "$task" kills || status=1
step "native wgpu build" full-wgpu bash "$task" native-wgpu || status=1
step "wasm-pack build --no-pack" full-wasm-pack bash "$task" wasm-pack-build || status=1
if [ "$(uname -sm)" = "Linux x86_64" ]; then
    step "AddressSanitizer" full-asan bash "$task" sanitizer || status=1
    say "AddressSanitizer: $(count_results "$logs/full-asan.log" | awk '{ print $1 " passed, " $2 " failed" }')"
fi
step "Miri" full-miri bash "$task" miri || status=1
say "Miri: $(count_results "$logs/full-miri.log" | awk '{ print $1 " passed, " $2 " failed" }')"
[ "$status" = 0 ] || fail "make test-full: something failed; see above"
say "make test-full: all passed"
