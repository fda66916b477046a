# shellcheck shell=bash
# What every script here shares: where things live, and how long work is shown. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
# cargo would look for make's job server, which it was not given.
unset MAKEFLAGS MFLAGS MAKELEVEL

cache=${MIDPG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mi-dpg}
tools=$cache/tools
www=$root/www

# The flavours: each is one set of features, so that no build undoes another's.
native_features=cli,train,flex,ndarray,parallel,parquet,mimalloc,capi
# The shipped CPU package has one backend: a second one adds a third to its size. The browser tests have
# every device in one build.
wasm_cpu_features=web,train,flex,map
wasm_gpu_features=web,train,webgpu,map
wasm_score_features=web
wasm_test_features=web,train,flex,ndarray,webgpu,map
wasm_target=wasm32-unknown-unknown
# What `make edge` builds the small command for.
edge_targets="x86_64-unknown-linux-musl aarch64-unknown-linux-musl wasm32-wasip1"
# Read by scripts that source this one.
export native_features wasm_cpu_features wasm_test_features wasm_gpu_features wasm_score_features wasm_target edge_targets www

# --- versions -------------------------------------------------------------------------------------------------

# The wasm-bindgen CLI must be of the crate's exact version, so the lock file decides.
locked_version() {
    awk -v name="\"$1\"" '$1 == "name" { hit = ($3 == name) } hit && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' \
        "${2:-$root/Cargo.lock}"
}
wasm_bindgen_version=$(locked_version wasm-bindgen)
wasm_pack_version=0.15.1
deno_version=2.9.6
geckodriver_version=0.37.1
wasm_bindgen_root=$tools/wasm-bindgen-$wasm_bindgen_version
wasm_pack_root=$tools/wasm-pack-$wasm_pack_version
geckodriver_root=$tools/geckodriver-$geckodriver_version
wasm_opt=$www/node_modules/.bin/wasm-opt
export wasm_opt wasm_pack_version deno_version
PATH=$wasm_bindgen_root/bin:$wasm_pack_root/bin:$geckodriver_root/bin:$PATH
export PATH

# --- words ----------------------------------------------------------------------------------------------------

if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${CI:-}" ]; then terminal=1; else terminal=0; fi

minutes() { awk -v s="$1" 'BEGIN { printf "%.1f", s / 60 }'; }
# The clock runs on in scripts that a script starts.
export MIDPG_STARTED=${MIDPG_STARTED:-$(date +%s)}
elapsed() { minutes $(($(date +%s) - MIDPG_STARTED)); }
say() { printf '[%5s min] %s\n' "$(elapsed)" "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

plain() { tr '\r' '\n' | sed $'s/\033\\[[0-9;?]*[A-Za-z]//g'; }

# The one line of a log that tells where the work is.
progress_of() {
    [ -f "$1" ] || return 0
    tail -c 3000 "$1" | plain |
        sed -E 's/^ *Building \[[=> ]*\] /crate /; s/^ +//; s/ +$//' |
        awk 'NF { line = $0 } END { print substr(line, 1, 90) }'
}

# A log without cargo's moving bar and its list of crates.
readable() {
    plain <"$1" | grep -Ev '^ *(Building \[|(Compiling|Checking|Downloaded|Downloading|Adding|Locking|Updating|Fresh|Dirty) )' |
        awk 'BEGIN { blank = 1 } NF || !blank { print } { blank = !NF }' | tail -n "${2:-150}"
}

# --- work -----------------------------------------------------------------------------------------------------

logs=$cache/logs/$(printf %s "$root" | cksum | cut -d ' ' -f 1)
groups=""

# Runs a command in the background, in a process group of its own so that it can be ended with all it started.
launch() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    set -m
    CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=always CARGO_TERM_PROGRESS_WIDTH=110 \
        "$@" >"$log" 2>&1 </dev/null &
    launched=$!
    set +m
    groups="$groups $launched"
}

# Again and again: a signal that comes between a fork and the program that it starts is lost.
end_group() {
    local tries=0 signal=TERM
    while [ $tries -lt 50 ] && kill "-$signal" -- "-$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 25 ] || signal=KILL
        sleep 0.2
    done
}

end_all() {
    local group
    for group in $groups; do end_group "$group"; done
}

# For scripts that launch: leave nothing running, whatever ends them.
guard() {
    trap end_all EXIT
    trap 'echo; exit 130' INT
    trap 'exit 143' TERM HUP
}

# Waits for a launched command and shows, always, that it lives and what it does.
attend() {
    local pid=$1 label=$2 log=$3 since=$SECONDS shown=$SECONDS pause=0.1
    while kill -0 "$pid" 2>/dev/null; do
        sleep $pause
        [ $((SECONDS - since)) -lt 2 ] || pause=1
        if [ $terminal = 1 ]; then
            [ "$pause" = 0.1 ] || printf '\r\033[K[%5s min] %s · %s' "$(elapsed)" "$label" "$(progress_of "$log" | cut -c 1-70)"
        elif [ $((SECONDS - shown)) -ge 30 ]; then
            shown=$SECONDS
            say "  … $label · $(progress_of "$log")"
        fi
    done
    [ $terminal = 0 ] || printf '\r\033[K'
    local status=0
    wait "$pid" || status=$?
    groups=$(printf ' %s ' "$groups" | sed "s/ $pid / /")
    return $status
}

# step LABEL NAME COMMAND…: one piece of work with its own log; on failure the readable end of the log is shown.
step() {
    local label=$1 name=$2 status=0
    shift 2
    say "$label"
    launch "$logs/$name.log" "$@"
    attend "$launched" "$label" "$logs/$name.log" || status=$?
    if [ $status -ne 0 ]; then
        echo "---- $label: failed; the end of its output ----"
        readable "$logs/$name.log"
        echo "---- (all of it: $logs/$name.log) ----"
    fi
    return $status
}

task() { printf '%s\n' "$root/scripts/task.sh"; }

# --- content --------------------------------------------------------------------------------------------------

sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }

# Everything that decides a wasm file. What the compiler reads beyond these is found after the build (task.sh).
export stamp_paths="src kernels .cargo Cargo.toml Cargo.lock rust-toolchain.toml build.rs"

content_hash() {
    local path
    for path in "$@"; do
        [ ! -e "$path" ] || find "$path" -type f
    done | LC_ALL=C sort | while IFS= read -r path; do
        printf '%s %s\n' "$(sha256 <"$path")" "$path"
    done | sha256
}

# Puts a finished folder in the place of another; nobody sees half of one.
replace_folder() {
    local from=$1 to=$2 temporary
    mkdir -p "$(dirname "$to")"
    temporary=$(dirname "$to")/.tmp-$(basename "$to").$$
    rm -rf "$temporary"
    cp -R "$from" "$temporary"
    rm -rf "$to"
    mv "$temporary" "$to"
}

# The source of the standard library, which the scorer's package compiles for size.
has_rust_src() { [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]; }

# --- results --------------------------------------------------------------------------------------------------

# Sums what cargo test, wasm-bindgen-test, node:test and pytest say: prints `PASSED FAILED`.
count_results() {
    cat -- "$@" </dev/null | plain | awk '
        /^test result: / {
            for (i = 2; i <= NF; i++) {
                if ($i == "passed;") passed += $(i - 1)
                if ($i == "failed;") failed += $(i - 1)
            }
        }
        /^(#|ℹ) pass [0-9]+$/ { passed += $3 }
        /^(#|ℹ) (fail|cancelled) [0-9]+$/ { failed += $3 }
        /^[0-9]+ (passed|failed|skipped|error|warning|deselected).* in [0-9.]+s/ {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed/) passed += $(i - 1)
                if ($i ~ /^(failed|errors?)/) failed += $(i - 1)
            }
        }
        END { print passed + 0, failed + 0 }'
}
