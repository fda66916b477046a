#!/usr/bin/env bash
# The page, as early as it works: CPU wasm, page, server; then WebGPU while the page is served.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$root/scripts/setup.sh"

guard
task=$(task)
say "make demo: the page will be at an address printed here; the first run builds for some minutes, later ones do not"
[ -f "$www/package.json" ] || fail "there is no page in this tree yet (www/package.json)"
need_node

# A port that cannot be had is worth knowing before the build.
port_free() {
    node -e '
        const server = require("node:net").createServer();
        server.once("error", () => process.exit(1));
        server.listen(Number(process.argv[1]), "127.0.0.1", () => server.close());
    ' "$1"
}
if [ -n "${PORT:-}" ]; then
    port_free "$PORT" || fail "port $PORT is in use: choose another, e.g. \`make demo PORT=$((PORT + 1))\`"
else
    PORT=8080
    while ! port_free "$PORT"; do PORT=$((PORT + 1)); done
fi
export PORT

set_up rust rust_src node_modules
# The wasm is linked in one thread for minutes: time enough for the tool that is needed after it.
if ! has_wasm_bindgen; then
    say "installing wasm-bindgen $wasm_bindgen_version beside the build (its output: $logs/setup-wasm-bindgen.log)"
    launch "$logs/setup-wasm-bindgen.log" \
        bash "$task" install-tool wasm-bindgen-cli "$wasm_bindgen_version" "$wasm_bindgen_root"
    export MIDPG_TOOL_PID=$launched
fi

bash "$task" package-ready cpu || say "nothing built yet: the CPU wasm takes about five minutes of two cores"
step "building the scorer wasm" package-score bash "$task" package score
step "building the CPU wasm" package-cpu bash "$task" package cpu
if bash "$task" package-ready gpu; then
    step "fetching the WebGPU wasm from the cache" package-gpu bash "$task" package gpu
else
    # An older one would not fit the rest of the page.
    rm -rf pkg/gpu
fi
step "building the page" www-build bash "$task" site

launch "$logs/server.log" node "$www/scripts/serve.mjs"
server=$launched
answers() { node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$1"; }
address=http://127.0.0.1:$PORT/
tries=0
until answers "$address"; do
    kill -0 "$server" 2>/dev/null || {
        readable "$logs/server.log"
        fail "the server ended"
    }
    tries=$((tries + 1))
    [ $tries -lt 60 ] || fail "the server does not answer at $address (its output: $logs/server.log)"
    sleep 0.25
done
echo
echo "    $address"
echo
say "serving; Ctrl-C ends it"

if [ ! -f pkg/gpu/.stamp ]; then
    if step "building the WebGPU wasm (about twelve minutes; the page works on the CPU meanwhile)" package-gpu bash "$task" package gpu; then
        replace_folder pkg/gpu "$www/dist/pkg/gpu"
        say "WebGPU is there: reload $address"
    else
        say "the WebGPU wasm could not be built; the page stays on the CPU"
    fi
fi

status=0
wait "$server" || status=$?
readable "$logs/server.log" 20
fail "the server ended (status $status)"
