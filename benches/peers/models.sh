#!/usr/bin/env bash
# The models that the benchmarks score: networks P and D beside plain ones of the same widths, trained on generated rows
# and written as ONNX files too. Usage: models.sh MIDPG FOLDER
#
# P: 6 fields of 16 (96 inputs), d_r = d_m/4, d_c = d_n/32, d_k = 1, variant r. D: 10 fields of 16 (160 inputs), the
# default sizes, d_r = d_m/8, d_c = d_n/8. Hidden layers of 128, 64 and 32.
set -euo pipefail
midpg=$1 out=$2
mkdir -p "$out"
cd "$out"
[ -f log.csv ] || "$midpg" synth --preset iaac --rows 20000 --seed 1 --effect modulated --out log.csv

schema() {
    cat <<'TOML'
[format]
delimiter = " "
quoting = false
missing = ["", "-1"]
[label]
column = "is_trade"
positive = ["1"]
negative = ["0"]
[scenario]
field = "item_category_2"
[split]
kind = "hash"
valid = 0.1
test = 0.1
[[fields]]
name = "item_category_2"
column = "item_category_list"
kind = "categorical"
role = "scenario"
separator = ";"
item = 1
TOML
    local field
    for field in "$@"; do
        printf '[[fields]]\nname = "%s"\nkind = "categorical"\n' "$field"
    done
}
schema item_id user_id item_brand_id item_city_id item_price_level >p.toml
schema item_id user_id item_brand_id item_city_id item_price_level item_sales_level item_collected_level \
    item_pv_level user_gender_id >d.toml

model() {
    local name=$1 schema=$2
    shift 2
    [ -f "$name.onnx" ] && return
    "$midpg" train --data log.csv --schema "$schema" --epochs 1 --seed 1 --out "$name.safetensors" "$@" >/dev/null
    "$midpg" inspect --json "$name.safetensors" >"$name.json"
    "$midpg" export --model "$name.safetensors" --format onnx --out "$name.onnx" 2>/dev/null
}
model p-dnn p.toml --model dnn
model p p.toml --model dpg --variant r --dr-div 4 --dc-div 32
model d-dnn d.toml --model dnn
model d d.toml --model dpg --variant r
ls -l ./*.onnx
