# shellcheck shell=bash disable=SC2154 # the variables are lib.sh's
# Set-up, piece by piece; each piece looks first and does nothing when all is there. Sourced after lib.sh.

need_rust() {
    command -v cargo >/dev/null ||
        fail "cargo is not on PATH: install rustup (https://rustup.rs), which brings it"
    local channel
    channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
    if ! rustc --version >/dev/null 2>&1; then
        command -v rustup >/dev/null || fail "rustc does not run and there is no rustup: install Rust $channel (https://rustup.rs)"
        step "installing Rust $channel" setup-rust rustup toolchain install "$channel" --profile minimal -c rustfmt -c clippy
    fi
    if [ ! -d "$(rustc --print target-libdir --target "$wasm_target")" ]; then
        command -v rustup >/dev/null ||
            fail "this Rust has no $wasm_target target and there is no rustup to add it: install rustup (https://rustup.rs)"
        step "adding the Rust target $wasm_target" setup-target rustup target add "$wasm_target"
    fi
}

# Nothing depends on it but the size of the scorer's package.
need_rust_src() {
    has_rust_src && return
    if command -v rustup >/dev/null; then
        step "adding the standard library's source" setup-rust-src rustup component add rust-src && return
    fi
    say "this Rust has no source of its standard library: the scorer's wasm will be larger"
}

need_rust_components() {
    local component
    for component in rustfmt clippy; do
        if ! "cargo-${component/rustfmt/fmt}" --version >/dev/null 2>&1; then
            command -v rustup >/dev/null || fail "$component is missing: install it with your Rust"
            step "adding $component" "setup-$component" rustup component add "$component"
        fi
    done
}

has_wasm_bindgen() {
    [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $wasm_bindgen_version" ] &&
        command -v wasm-bindgen-test-runner >/dev/null
}
has_wasm_pack() { [ "$(wasm-pack --version 2>/dev/null)" = "wasm-pack $wasm_pack_version" ]; }

need_wasm_bindgen() {
    has_wasm_bindgen || step "installing wasm-bindgen $wasm_bindgen_version (some minutes, once)" setup-wasm-bindgen \
        bash "$(task)" install-tool wasm-bindgen-cli "$wasm_bindgen_version" "$wasm_bindgen_root"
}

need_wasm_pack() {
    has_wasm_pack || step "installing wasm-pack $wasm_pack_version (some minutes, once)" setup-wasm-pack \
        bash "$(task)" install-tool wasm-pack "$wasm_pack_version" "$wasm_pack_root"
}

need_node() {
    local wanted="Node.js 20.19 or newer of 20, 22.12 or newer of 22, or 24 or newer"
    command -v node >/dev/null || fail "node is not on PATH: install $wanted, with npm"
    [ "$(node -p '
        const [major, minor] = process.versions.node.split(".").map(Number);
        major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)')" = true ] ||
        fail "node $(node --version) will not do: install $wanted"
    command -v npm >/dev/null || fail "npm is not on PATH: install it beside Node.js"
}

# The page's packages, wasm-opt (binaryen) among them.
need_node_modules() {
    need_node
    [ -f "$www/package-lock.json" ] || return 0
    local wanted
    wanted=$(sha256 <"$www/package-lock.json")
    [ "$(cat "$www/node_modules/.mi-dpg-lock" 2>/dev/null)" = "$wanted" ] ||
        step "installing the page's packages (npm ci)" setup-npm bash "$(task)" npm-ci
}

first_on_path() {
    local name
    for name in "$@"; do
        if command -v "$name" >/dev/null; then
            command -v "$name"
            return
        fi
    done
}

find_browser() {
    CHROME=${CHROME:-$(first_on_path chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")}
    CHROMEDRIVER=${CHROMEDRIVER:-$(first_on_path chromedriver /usr/lib/chromium/chromedriver \
        /usr/lib/chromium-browser/chromedriver)}
    export CHROME CHROMEDRIVER
    [ -n "$CHROME" ] && [ -n "$CHROMEDRIVER" ]
}

need_browser() {
    if ! find_browser; then
        if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
            step "installing Chromium and its driver (apt-get)" setup-browser bash "$(task)" apt-browser ||
                fail "apt-get could not install chromium and chromium-driver: install a Chromium or Chrome and the chromedriver of its version, or name them in CHROME and CHROMEDRIVER"
            find_browser || fail "chromium was installed but is not on PATH: name it in CHROME and its driver in CHROMEDRIVER"
        else
            fail "the browser tests need Chromium or Chrome (found: ${CHROME:-none}) and the chromedriver of its version (found: ${CHROMEDRIVER:-none}): on Debian \`apt-get install chromium chromium-driver\` as root, elsewhere install both and put them on PATH or in CHROME and CHROMEDRIVER"
        fi
    fi
    command -v "$CHROME" >/dev/null || fail "CHROME=$CHROME cannot be run"
    command -v "$CHROMEDRIVER" >/dev/null || fail "CHROMEDRIVER=$CHROMEDRIVER cannot be run"
    local browser driver
    browser=$("$CHROME" --version 2>/dev/null | grep -Eo '[0-9]+\.[0-9.]+' | head -n 1 || true)
    driver=$("$CHROMEDRIVER" --version 2>/dev/null | grep -Eo '[0-9]+\.[0-9.]+' | head -n 1 || true)
    [ "${browser%%.*}" = "${driver%%.*}" ] ||
        fail "the browser is $browser ($CHROME) and its driver $driver ($CHROMEDRIVER): install the driver of the browser's version"
}

# Firefox and WebKit with their drivers, for `make test-browsers`; what is not there is skipped by its tests.
need_other_browsers() {
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] && ! { find_firefox && find_webkit; }; then
        step "installing Firefox and WebKit (apt-get)" setup-other-browsers \
            bash "$(task)" apt-install firefox-esr webkit2gtk-driver xvfb xauth || say "apt-get could not install them"
    fi
    if find_firefox && ! command -v geckodriver >/dev/null; then
        step "installing geckodriver $geckodriver_version (some minutes, once)" setup-geckodriver \
            bash "$(task)" install-tool geckodriver "$geckodriver_version" "$geckodriver_root"
    fi
    find_firefox || say "there is no Firefox: its tests will be skipped (or name it in FIREFOX)"
    find_webkit || say "there is no WebKitWebDriver with xvfb-run: WebKit's tests will be skipped"
    GECKODRIVER=${GECKODRIVER:-$(first_on_path geckodriver)}
    export GECKODRIVER
}

find_firefox() {
    FIREFOX=${FIREFOX:-$(first_on_path firefox-esr firefox)}
    export FIREFOX
    [ -n "$FIREFOX" ]
}

find_webkit() {
    command -v xvfb-run >/dev/null || return 1
    WEBKITDRIVER=${WEBKITDRIVER:-$(first_on_path WebKitWebDriver)}
    export WEBKITDRIVER
    [ -n "$WEBKITDRIVER" ]
}

# A Python with venv, for the package's tests. A name on PATH may be a shim of a version that is not there, so each is run.
find_python() {
    local name
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.10; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
            python=$name
            export python
            return
        fi
    done
    return 1
}

need_python() {
    find_python && return
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        step "installing Python and its venv (apt-get)" setup-python bash "$(task)" apt-install python3 python3-venv
    fi
    find_python || fail "there is no Python 3.10 or newer with venv: install it (on Debian \`apt-get install python3-venv\`), or name one in PYTHON"
}

# Spark runs on Java 17 or newer.
need_java() {
    command -v java >/dev/null && return
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        step "installing Java (apt-get)" setup-java bash "$(task)" apt-install default-jre-headless
    else
        fail "java is not on PATH: install Java 17 or newer (on Debian \`apt-get install default-jre-headless\`)"
    fi
}

# set_up PIECE…
set_up() {
    local piece
    for piece in "$@"; do "need_$piece"; done
}
