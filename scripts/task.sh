#!/usr/bin/env bash
# One piece of work by name, with plain output. A process of its own, so that a failing command always ends it.
# Usage: task.sh NAME [ARGUMENT…]; the names are the `case` at the end.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

temporary=""
trap '[ -z "$temporary" ] || rm -rf "$temporary"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# --- target folders -------------------------------------------------------------------------------------------

# Uses one target folder for one flavour. Clones share it, but cargo takes the other clone's build of this package for
# fresh: so the folder knows whose it is, a newcomer cleans the package first, and only one clone uses it at a time.
use_target() {
    local flavour=$1 profiles=$2 target=${3:-} profile owner
    [ -n "${CARGO_TARGET_DIR:-}" ] || export CARGO_TARGET_DIR=$cache/target/$flavour
    mkdir -p "$CARGO_TARGET_DIR"
    if command -v flock >/dev/null; then
        exec 9>"$CARGO_TARGET_DIR/.mi-dpg-lock"
        if ! flock -n 9; then
            echo "waiting for another build that uses $CARGO_TARGET_DIR"
            flock 9
        fi
    fi
    owner=$(cat "$CARGO_TARGET_DIR/.mi-dpg-clone" 2>/dev/null || true)
    if [ "$owner" != "$root" ]; then
        if [ -n "$owner" ]; then
            for profile in $profiles; do
                cargo clean -q -p mi-dpg -p mi-dpg-kernels -p mi-dpg-peers --profile "$profile" ${target:+--target "$target"}
            done
        fi
        printf '%s\n' "$root" >"$CARGO_TARGET_DIR/.mi-dpg-clone"
    fi
}

use_native() { use_target native "dev release"; }
use_wasm_test() { use_target wasm-test dev "$wasm_target"; }

# --- set-up ---------------------------------------------------------------------------------------------------

# Not `--locked`: the lock file that wasm-bindgen-cli ships does not resolve.
install_tool() {
    local crate=$1 version=$2 to=$3 build
    build=${CARGO_TARGET_DIR:-$cache/target/tools-$crate}
    mkdir -p "$(dirname "$to")"
    temporary=$to.tmp.$$
    cargo install "$crate" --version "$version" --root "$temporary" --target-dir "$build"
    rm -rf "$to"
    mv "$temporary" "$to"
    [ -n "${CARGO_TARGET_DIR:-}" ] || rm -rf "$build"
}

npm_ci() {
    cd "$www"
    npm ci --no-audit --no-fund
    mkdir -p node_modules
    sha256 <package-lock.json >node_modules/.mi-dpg-lock
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "$@"
}

# --- Rust -----------------------------------------------------------------------------------------------------

run_clippy() {
    use_native
    cargo clippy --all-targets --no-default-features --features "$native_features" -- -D warnings
    cargo clippy -p mi-dpg-kernels -- -D warnings
    cargo clippy -p mi-dpg-peers --all-targets -- -D warnings
}

native_tests() {
    use_native
    # --show-output: a test that skips itself says so on a line `skipped: …`, which the summary repeats.
    cargo test --no-fail-fast --no-default-features --features "$native_features" -- --show-output
    # The exported models in another runtime.
    cargo test --no-fail-fast -p mi-dpg-peers --tests -- --show-output
    check_inlined
}

# A vector operation that stands alone is one that a loop calls, and several times as slow: a closure that was not inlined
# is not compiled for the instruction set.
check_inlined() {
    local library left
    command -v nm >/dev/null || {
        echo "skipped: no nm, which tells what of the kernels is not inlined"
        return
    }
    # Optimised in every profile.
    library=$(find "$CARGO_TARGET_DIR/debug/deps" -name 'libmi_dpg_kernels-*.rlib' -exec ls -t {} + | head -n 1)
    [ -n "$library" ] || fail "the kernels are not in $CARGO_TARGET_DIR/debug/deps"
    left=$(nm -C "$library" 2>/dev/null | sed -n 's/^[0-9a-f]* [tT] .*simd_trait::Simd>::\(.*\)::kernel::__fearless_simd_kernel.*/\1/p' | sort -u | xargs)
    [ -z "$left" ] || fail "vector operations of the kernels that are not inlined: $left (a closure without #[inline(always)]?)"
    echo "the kernels are inlined"
}

check_format() {
    cargo fmt --all -- --check
    cargo fmt --manifest-path bindings/python/Cargo.toml -- --check
}

# Of a workspace of its own, whose dependencies are checked for nothing else: not part of `make test`.
clippy_bindings() {
    use_target full dev
    cargo clippy --manifest-path bindings/python/Cargo.toml --all-targets -- -D warnings
}

run_docs() {
    use_native
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --no-default-features --features "$native_features"
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps -p mi-dpg-kernels
}

# Nothing but the `train` feature may reach for Burn.
burn_free() {
    use_target burn-free dev
    cargo clippy --no-default-features -- -D warnings
    # What edge devices get.
    cargo clippy --no-default-features --features cli,parallel -- -D warnings
    cargo clippy --no-default-features --features web --target "$wasm_target" -- -D warnings
    local features
    for features in "" web; do
        if cargo tree -q -e normal --no-default-features --features "$features" --target all --prefix none | grep -E '^burn'; then
            echo "error: --no-default-features --features '$features' depends on Burn"
            exit 1
        fi
    done
}

release_binary() {
    use_native
    cargo build --release --no-default-features --features "$native_features" --bin midpg
    printf '%s\n' "$CARGO_TARGET_DIR/release/midpg" >"$logs/binary-path"
}

run_bench() {
    use_native
    # The kernels are compared thread by thread.
    RAYON_NUM_THREADS=1 cargo bench --no-default-features --features "$native_features"
    cargo bench -p mi-dpg-kernels
}

# --- the wider matrix -----------------------------------------------------------------------------------------

check_features() {
    use_target full dev "${2:-}"
    cargo clippy --no-default-features --features "$1" ${2:+--target "$2"} -- -D warnings
}

native_wgpu() {
    use_target full dev
    cargo build --bin midpg --no-default-features --features cli,train,flex,webgpu
}

# The command killed while it encodes and while it trains, again and again.
kills() {
    use_native
    cargo build --no-default-features --features "$native_features" --bin midpg
    MIDPG=$CARGO_TARGET_DIR/debug/midpg node --test --test-concurrency=1 tests/long/{encode,train}.test.mjs
}

# What ships says nothing of the machine that built it: panics name their file from the registry's folder on, and those of
# the standard library as where there is no source of it.
remap() {
    local registry=${CARGO_HOME:-$HOME/.cargo}/registry/src/ std hash
    std=$(rustc --print sysroot)/lib/rustlib/src/rust
    hash=$(rustc -vV | sed -n 's/^commit-hash: //p')
    printf '%s' "target.$wasm_target.rustflags=" \
        "['--remap-path-prefix=$registry=', '--remap-path-prefix=$std=/rustc/$hash']"
}

# What someone runs who knows wasm-pack and not our Makefile.
wasm_pack_build() {
    use_target wasm-cpu "wasm-release release" "$wasm_target"
    temporary=$(mktemp -d)
    wasm-pack build --no-pack --target web --out-dir "$temporary" -- --no-default-features --features web \
        --config "$(remap)"
    ls -l "$temporary"
}

# The kernels and what else needs no Burn. The sanitizer ships with stable Rust but hides its flag.
sanitizer() {
    use_target asan dev x86_64-unknown-linux-gnu
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" \
        cargo test --lib --test kernels --target x86_64-unknown-linux-gnu --no-default-features
}

# The kernels and the reader of model files in an interpreter that sees every access to memory: without vectors, and
# with those that x86-64 always has.
miri() {
    use_target miri dev
    rustup toolchain list | grep -q '^nightly' || rustup toolchain install nightly --profile minimal
    rustup component add --toolchain nightly miri rust-src
    local set
    for set in scalar SSE2; do
        echo "Miri: $set"
        MIDPG_TEST_INSTRUCTION_SET=$set MIRIFLAGS=-Zmiri-disable-isolation \
            cargo +nightly miri test --no-fail-fast --no-default-features --test kernels --test model_file
    done
}

# --- edge devices ---------------------------------------------------------------------------------------------

# One target: the command without training and, where there is one, the C library. Linked by Rust's own linker, so that
# no cross compiler is needed.
edge_build() {
    local target=$1 to=dist/edge/$1 built
    use_target edge release "$target"
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld CARGO_PROFILE_RELEASE_STRIP=true
    export CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="-C target-feature=+simd128 -C llvm-args=-disable-lsr"
    cargo build --release --target "$target" --no-default-features --features cli,parallel --bin midpg
    built=$CARGO_TARGET_DIR/$target/release
    mkdir -p "$to"
    if [ "$target" = wasm32-wasip1 ]; then
        cp "$built/midpg.wasm" "$to/"
        return
    fi
    cp "$built/midpg" "$to/"
    cargo rustc --release --lib --crate-type staticlib --target "$target" --no-default-features --features capi
    cp "$built/libmi_dpg.a" include/midpg.h "$to/"
}

# Every build scores the same rows as the command of this machine: to the bit where there are fused multiplications, as on
# ARM; within 1e-6 where there are none, as in WebAssembly.
edge_parity() {
    local midpg target run
    midpg=$(cat "$logs/binary-path")
    temporary=$(mktemp -d)
    "$midpg" synth --preset iaac --rows 1000 --seed 4 --effect modulated --out "$temporary/log.csv"
    for method in dnn ple star pepnet adasparse apg mi-dpg; do
        "$midpg" train --data "$temporary/log.csv" --schema iaac --model $method --epochs 1 --out "$temporary/$method.safetensors"
        "$midpg" score --model "$temporary/$method.safetensors" --data "$temporary/log.csv" --out "$temporary/$method.csv"
    done
    for target in $edge_targets; do
        echo "size: $target $(cat dist/edge/"$target"/midpg dist/edge/"$target"/midpg.wasm 2>/dev/null | wc -c) bytes"
        case $target in
        x86_64-*) run="$root/dist/edge/$target/midpg" ;;
        aarch64-*) run="qemu-aarch64 $root/dist/edge/$target/midpg" ;;
        *) run="node --no-warnings $root/scripts/wasi.mjs $root/dist/edge/$target/midpg.wasm" ;;
        esac
        if ! command -v "${run%% *}" >/dev/null; then
            echo "skipped: $target, there is no ${run%% *} (Debian's package qemu-user)"
            continue
        fi
        for method in dnn ple star pepnet adasparse apg mi-dpg; do
            # shellcheck disable=SC2086 # a command and its arguments
            (cd "$temporary" && $run score --model "$method.safetensors" --data log.csv --out - >edge.csv)
            paste -d ' ' "$temporary/$method.csv" "$temporary/edge.csv" | awk -v name="$target $method" '
                NR == 1 { next }
                $1 == "" || $2 == "" { print "a score is missing in row " NR; exit 1 }
                { d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d }
                END { if (NR != 1001 || most > 1e-6) { print name ": " NR " rows, " most " apart"; exit 1 }
                      print "same: " name ", at most " most + 0 " apart" }'
        done
    done
}

# --- wasm -----------------------------------------------------------------------------------------------------

# The library of a flavour, compiled; what follows are further arguments of cargo. The scorer has a standard library of its
# own: built for size, and without the texts and places of panics, which are an eighth of the download. A panic is a mistake
# of ours, what is wrong with an input is an error; in the scorer one ends the module without words. Stable Rust has the
# flags but hides them; a Rust without the source takes the library that it has.
wasm_library() {
    local name=$1 features=$2 profile=$3
    shift 3
    if [ "$name" = score ] && has_rust_src; then
        export RUSTC_BOOTSTRAP=1
        set -- "$@" -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size --config \
            "target.$wasm_target.rustflags=['-Zunstable-options', '-Cpanic=immediate-abort', '-Zlocation-detail=none']"
    fi
    cargo build --lib --target "$wasm_target" --profile "$profile" --no-default-features --features "$features" \
        --config "$(remap)" "$@"
}

# The npm build of wasm-opt is itself wasm and slow: half a minute for the CPU package, of which it takes one per cent
# off the download. The WebGPU package, four times as large, does without.
flavour() {
    profile='wasm-release'
    case $1 in
    cpu) features=$wasm_cpu_features optimise=-O1 ;;
    gpu) features=$wasm_gpu_features optimise= ;;
    # wasm-opt makes it larger once it is compressed.
    score) features=$wasm_score_features optimise='' profile='wasm-score' ;;
    *) fail "no such wasm flavour: $1" ;;
    esac
}

# Raise the recipe's number when build_package changes what it makes.
package_stamp() {
    local features optimise profile
    flavour "$1"
    # shellcheck disable=SC2086 # a list of paths
    {
        content_hash $stamp_paths
        printf '%s\n' "recipe 6" "$features" "$profile" "$optimise" "$(rustc --version)" "$wasm_bindgen_version" "${RUSTFLAGS:-}"
        [ "$1" != score ] || has_rust_src || printf 'no source of std\n'
        [ ! -x "$wasm_opt" ] || "$wasm_opt" --version
    } | sha256 | cut -c 1-16
}

# A file that is compiled in but not in the stamp would leave stale packages: the compiler's own list tells.
check_stamp_covers() {
    local stray
    stray=$(tr ' ' '\n' <"$1" | sed -n "s|^$root/||p" | grep -v ':$' | sort -u | while IFS= read -r path; do
        covered=0
        for known in $stamp_paths; do
            case $path in "$known" | "$known"/*) covered=1 ;; esac
        done
        [ $covered = 1 ] || printf '%s ' "$path"
    done)
    [ -z "$stray" ] || fail "compiled into the wasm but not in stamp_paths (scripts/lib.sh): $stray"
}

# A module again with relaxed SIMD, which has fused multiplications; for browsers that know it. One wrapper serves both.
build_relaxed() {
    local name=$1 features=$2 profile=$3
    (
        use_target "wasm-$name-relaxed" "$profile release" "$wasm_target"
        wasm_library "$name" "$features" "$profile" \
            --config "target.$wasm_target.rustflags=['-Ctarget-feature=+relaxed-simd']"
        wasm-bindgen "$CARGO_TARGET_DIR/$wasm_target/$profile/mi_dpg.wasm" --target web --remove-name-section \
            --remove-producers-section --out-name mi_dpg --out-dir "$temporary/relaxed"
    )
    cmp "$temporary/mi_dpg.js" "$temporary/relaxed/mi_dpg.js" || fail "the wrappers of the two $name modules differ"
    mv "$temporary/relaxed/mi_dpg_bg.wasm" "$temporary/mi_dpg_relaxed_bg.wasm"
    rm -r "$temporary/relaxed"
}

build_package() {
    local name=$1 stamp=$2 features optimise profile built folder old
    flavour "$name"
    (
        use_target "wasm-$name" "$profile release" "$wasm_target"
        wasm_library "$name" "$features" "$profile"
        built=$CARGO_TARGET_DIR/$wasm_target/$profile
        check_stamp_covers "$built/mi_dpg.d"
        while [ -n "${MIDPG_TOOL_PID:-}" ] && kill -0 "$MIDPG_TOOL_PID" 2>/dev/null; do
            echo "waiting for the installation of wasm-bindgen · $(progress_of "$logs/setup-wasm-bindgen.log")"
            sleep 2
        done
        hash -r
        command -v wasm-bindgen >/dev/null || {
            readable "$logs/setup-wasm-bindgen.log"
            fail "wasm-bindgen could not be installed"
        }
        echo "wasm-bindgen"
        wasm-bindgen "$built/mi_dpg.wasm" --target web --remove-name-section --remove-producers-section --out-name mi_dpg --out-dir "$temporary"
    )
    # A GPU's kernels are its own.
    [ "$name" = gpu ] || build_relaxed "$name" "$features" "$profile"
    if [ -z "$optimise" ]; then
        echo "the $name package does without wasm-opt"
    elif [ -x "$wasm_opt" ]; then
        echo "wasm-opt $optimise"
        for built in "$temporary"/*.wasm; do
            "$wasm_opt" "$optimise" --enable-bulk-memory --enable-nontrapping-float-to-int --enable-simd \
                --enable-relaxed-simd --enable-reference-types --enable-mutable-globals --enable-sign-ext \
                --enable-multivalue "$built" -o "$temporary/optimised"
            mv "$temporary/optimised" "$built"
        done
    else
        echo "wasm-opt is not installed (www/ has no packages): the wasm stays as it is"
    fi
    printf '%s\n' "$stamp" >"$temporary/.stamp"
    folder=$cache/pkg/$name-$stamp
    rm -rf "$folder"
    mv "$temporary" "$folder"
    # shellcheck disable=SC2012 # names of our own making
    ls -1dt "$cache/pkg/$name"-* | tail -n +4 | while IFS= read -r old; do rm -rf "$old"; done
}

# The package of one flavour into pkg/: left alone when it is there, copied when any clone built it, else built.
package() {
    local name=$1 stamp folder
    stamp=$(package_stamp "$name")
    folder=$cache/pkg/$name-$stamp
    if [ "$(cat "pkg/$name/.stamp" 2>/dev/null)" = "$stamp" ]; then
        echo "pkg/$name is up to date"
    else
        if [ ! -f "$folder/.stamp" ]; then
            mkdir -p "$cache/pkg"
            temporary=$cache/pkg/.tmp-$name.$$
            rm -rf "$temporary"
            mkdir -p "$temporary"
            build_package "$name" "$stamp"
        fi
        touch "$folder"
        replace_folder "$folder" "pkg/$name"
    fi
    check_size "$name"
}

# Is it there already, or one copy away? Never builds.
package_ready() {
    local stamp
    stamp=$(package_stamp "$1")
    [ "$(cat "pkg/$1/.stamp" 2>/dev/null)" = "$stamp" ] || [ -f "$cache/pkg/$1-$stamp/.stamp" ]
}

check_size() {
    local wasm raw zipped budget entry=$1
    [ "$1" != score ] || has_rust_src || entry=score-without-source
    budget=$(awk -v name="$entry" '$1 == name { print $2 }' scripts/size-budget.txt)
    for wasm in "pkg/$1"/*.wasm; do
        raw=$(wc -c <"$wasm" | tr -d ' ')
        zipped=$(gzip -9 -c "$wasm" | wc -c | tr -d ' ')
        echo "size: $wasm is $raw bytes, $zipped gzipped (budget $budget)"
        [ "$zipped" -le "$budget" ] || fail "$wasm is over its budget in scripts/size-budget.txt"
    done
}

# Both packages, each with its own log and result, while the foreground does something else.
packages_aside() {
    local name status began
    for name in score cpu gpu; do
        began=$SECONDS status=0
        bash "$(task)" package "$name" >"$logs/aside-$name.log" 2>&1 || status=$?
        printf '%s %s\n' "$status" $((SECONDS - began)) >"$logs/aside-$name.tmp"
        mv "$logs/aside-$name.tmp" "$logs/aside-$name.result"
    done
}

await_package() {
    local name=$1 pid=$2 status
    while [ ! -f "$logs/aside-$name.result" ]; do
        kill -0 "$pid" 2>/dev/null || [ -f "$logs/aside-$name.result" ] || fail "the build of the $name package was ended"
        progress_of "$logs/aside-$name.log"
        sleep 1
    done
    cat "$logs/aside-$name.log"
    read -r status _ <"$logs/aside-$name.result"
    return "$status"
}

# What the npm package must say of others' work; and that nothing we ship is under a licence that nobody has allowed.
notices() {
    cp LICENSE-MIT LICENSE-APACHE pkg/
    node scripts/notices.mjs "$wasm_target" "$wasm_score_features" "$wasm_cpu_features" "$wasm_gpu_features" \
        --out pkg/THIRD-PARTY-NOTICES
    node scripts/notices.mjs x86_64-unknown-linux-gnu "$native_features"
}

# --- browser tests --------------------------------------------------------------------------------------------

# Compiles what browser_tests will run.
browser_build() {
    use_wasm_test
    cargo build --tests --target "$wasm_target" --no-default-features --features "$wasm_test_features"
}

browser_tests() {
    use_wasm_test
    temporary=$(mktemp -d)
    # webdriver.json, with the browser that set-up found.
    node -e '
        const fs = require("node:fs");
        const capabilities = JSON.parse(fs.readFileSync("webdriver.json", "utf8"));
        if (process.env.CHROME) capabilities["goog:chromeOptions"].binary = process.env.CHROME;
        fs.writeFileSync(process.argv[1], JSON.stringify(capabilities));
    ' "$temporary/webdriver.json"
    export WASM_BINDGEN_TEST_WEBDRIVER_JSON=$temporary/webdriver.json
    # The first WebGPU pipelines take their time on a software adapter.
    export WASM_BINDGEN_TEST_TIMEOUT=${WASM_BINDGEN_TEST_TIMEOUT:-300} WASM_BINDGEN_TEST_DRIVER_TIMEOUT=60
    # Only the browser target: else every doc test is compiled to wasm as well.
    wasm-pack test --headless --chrome --chromedriver "$CHROMEDRIVER" -- \
        --test browser --no-default-features --features "$wasm_test_features"
}

# The page and the package in other engines, and the browser tests in the one that wasm-pack can drive. They are built
# without WebGPU, which Firefox does not have everywhere.
other_browsers() {
    node --test --test-concurrency=1 tests/browsers/*.test.mjs
    if [ -z "${FIREFOX:-}" ] || [ -z "${GECKODRIVER:-}" ]; then
        echo "skipped: the browser tests in Firefox, which is not here with its driver"
        return
    fi
    use_target full dev "$wasm_target"
    export WASM_BINDGEN_TEST_TIMEOUT=${WASM_BINDGEN_TEST_TIMEOUT:-300} WASM_BINDGEN_TEST_DRIVER_TIMEOUT=60
    wasm-pack test --headless --firefox --geckodriver "$GECKODRIVER" -- \
        --test browser --no-default-features --features "$wasm_cpu_features"
}

# --- the page -------------------------------------------------------------------------------------------------

npm_run() {
    cd "$www"
    MIDPG_CACHE=$cache npm run --silent "$@"
}

# --- other runtimes -------------------------------------------------------------------------------------------

# The program is a download of 42 MB, so this is not part of `make test`.
deno_tests() {
    local to=$tools/deno-$deno_version
    if [ ! -x "$to/node_modules/.bin/deno" ]; then
        temporary=$to.tmp.$$
        mkdir -p "$temporary"
        npm install --no-audit --no-fund --prefix "$temporary" "deno@$deno_version"
        rm -rf "$to"
        mv "$temporary" "$to"
    fi
    DENO=$to/node_modules/.bin/deno node --test tests/runtimes/*.test.mjs
}

# --- the Python package ----------------------------------------------------------------------------------------

bindings=$root/bindings/python
# Set-up found and exported one.
python=${python:-python3}

# A virtual environment of exactly the requirements, made once for all clones; sets `venv`.
use_venv() {
    local name file files=()
    for name in "$@"; do files+=("$bindings/requirements$name.txt"); done
    venv=$cache/python/$({ cat "${files[@]}" && "$python" -VV; } | sha256 | cut -c 1-16)
    [ -f "$venv/.complete" ] && return
    rm -rf "$venv"
    mkdir -p "$cache/python"
    "$python" -m venv "$venv"
    local args=()
    for file in "${files[@]}"; do args+=(-r "$file"); done
    "$venv/bin/pip" install --disable-pip-version-check "${args[@]}"
    touch "$venv/.complete"
}

# Builds the wheel; sets `wheel`. Cargo's folder knows whose it is, as use_target's.
build_wheel() {
    local out=$cache/python/wheels target=${CARGO_TARGET_DIR:-$cache/target/python}
    mkdir -p "$target" "$out"
    cd "$bindings"
    if [ "$(cat "$target/.mi-dpg-python-clone" 2>/dev/null)" != "$root" ]; then
        CARGO_TARGET_DIR=$target cargo clean -q --release -p mi-dpg-python -p mi-dpg -p mi-dpg-kernels
        printf '%s\n' "$root" >"$target/.mi-dpg-python-clone"
    fi
    CARGO_TARGET_DIR=$target "$venv/bin/maturin" build --release --locked --interpreter "$venv/bin/python" --out "$out"
    cd "$root"
    # shellcheck disable=SC2012 # names of our own making
    wheel=$(ls -1t "$out"/*.whl | head -n 1)
}

# The command, for reference scores.
use_midpg() {
    if [ -z "${MIDPG:-}" ]; then
        (use_native && cargo build --no-default-features --features "$native_features" --bin midpg)
        MIDPG=${CARGO_TARGET_DIR:-$cache/target/native}/debug/midpg
    fi
    export MIDPG
}

# Tests of the package as it is installed, in an environment with the requirements named.
run_pytest() {
    use_midpg
    build_wheel
    "$venv/bin/pip" install --disable-pip-version-check --quiet --force-reinstall --no-deps "$wheel"
    cd "$bindings/tests"
    "$venv/bin/python" -m pytest -q -p no:cacheprovider -rs --durations=5 "$@"
}

python_tests() {
    use_venv ""
    run_pytest test_model.py
    # As a stranger installs it: the wheel and what it asks for, nothing else.
    temporary=$(mktemp -d)
    "$python" -m venv "$temporary/venv"
    "$temporary/venv/bin/pip" install --disable-pip-version-check --quiet "$wheel"
    "$temporary/venv/bin/python" -c 'import mi_dpg; print("a clean environment has mi_dpg", mi_dpg.__version__)'
}

spark_tests() {
    use_venv "" -spark
    run_pytest test_spark.py test_ray.py "$@"
}

torch_tests() {
    use_venv "" -torch
    run_pytest -s test_torch_golden.py test_torch.py test_torch_ddp.py "$@"
}

spark_bench() {
    use_venv "" -spark
    release_binary
    MIDPG=$(cat "$logs/binary-path")
    export MIDPG
    build_wheel
    "$venv/bin/pip" install --disable-pip-version-check --quiet --force-reinstall --no-deps "$wheel"
    "$venv/bin/python" "$bindings/benches/spark.py" "$@"
}

# --- checks of the repository itself --------------------------------------------------------------------------

run_shellcheck() {
    if command -v shellcheck >/dev/null; then
        shellcheck -x -P SCRIPTDIR scripts/*.sh .ci/run
    else
        echo "shellcheck is not installed: the scripts go unchecked"
    fi
}

name=$1
shift
mkdir -p "$logs"
case $name in
install-tool) install_tool "$@" ;;
npm-ci) npm_ci ;;
apt-browser) apt_install chromium chromium-driver fonts-liberation ;;
apt-install) apt_install "$@" ;;
fmt) check_format ;;
clippy-bindings) clippy_bindings ;;
clippy) run_clippy ;;
native-tests) native_tests ;;
docs) run_docs ;;
burn-free) burn_free ;;
binary) release_binary ;;
bench) run_bench ;;
check-features) check_features "$@" ;;
native-wgpu) native_wgpu ;;
kills) kills ;;
wasm-pack-build) wasm_pack_build ;;
sanitizer) sanitizer ;;
miri) miri ;;
edge-build) edge_build "$@" ;;
edge-parity) edge_parity ;;
package) package "$@" ;;
package-ready) package_ready "$@" ;;
package-stamp) package_stamp "$@" ;;
packages-aside) packages_aside ;;
notices) notices ;;
await-package) await_package "$@" ;;
browser-build) browser_build ;;
browser-tests) browser_tests ;;
other-browsers) other_browsers ;;
npm) npm_run "$@" ;;
python-tests) python_tests ;;
spark-tests) spark_tests "$@" ;;
torch-tests) torch_tests "$@" ;;
spark-bench) spark_bench "$@" ;;
site) npm_run build ;;
deno-tests) deno_tests ;;
shellcheck) run_shellcheck ;;
*) fail "no such task: $name" ;;
esac
