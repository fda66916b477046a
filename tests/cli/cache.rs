//! A cache in the place of its log.

use std::fs;

use predicates::prelude::*;

use super::*;

fn with_cache() -> TempDir {
    let folder = with_log();
    ok(
        &folder,
        "encode --data log.csv --schema amazon --out log.midpg-cache",
    );
    folder
}

#[test]
fn a_cache_trains_the_model_that_its_log_does() {
    let folder = with_cache();
    ok(
        &folder,
        &format!("{TRAIN} --out log.safetensors --report log.json"),
    );
    let line = TRAIN.replace("--data log.csv --schema amazon", "--data log.midpg-cache");
    ok(
        &folder,
        &format!("{line} --out cache.safetensors --report cache.json"),
    );
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("log.safetensors") == read("cache.safetensors"));
    let auc = |name: &str| json(&read(name))["auc"].clone();
    assert_eq!(auc("log.json"), auc("cache.json"));
    ok(
        &folder,
        &format!("{line} --out streamed.safetensors --report streamed.json --shuffle-window 1"),
    );
    assert!(read("streamed.safetensors") == read("cache.safetensors"));
    assert_eq!(auc("streamed.json"), auc("cache.json"));

    let evaluated = |data: &str| {
        let line = format!("evaluate --model log.safetensors --data {data} --json");
        let out = midpg(&folder, &line).assert().success();
        json(&out.get_output().stdout)["auc"].clone()
    };
    assert_eq!(evaluated("log.csv"), evaluated("log.midpg-cache"));
}

#[test]
fn a_cache_has_its_schema_and_its_vocabularies() {
    let folder = with_cache();
    ok(
        &folder,
        &format!("{TRAIN} --out model.safetensors").replace("log.csv", "log.midpg-cache"),
    );
    let line = TRAIN.replace(
        "--data log.csv --schema amazon",
        "--data log.midpg-cache --schema ads",
    );
    midpg(&folder, &format!("{line} --out other.safetensors"))
        .assert()
        .code(1)
        .stderr(predicate::str::contains("another schema"));
    ok(
        &folder,
        "synth --preset amazon --rows 1000 --seed 2 --out later.csv",
    );
    ok(
        &folder,
        "encode --data later.csv --schema amazon --out later.midpg-cache",
    );
    midpg(
        &folder,
        "evaluate --model model.safetensors --data later.midpg-cache",
    )
    .assert()
    .code(1)
    .stderr(predicate::str::contains("other vocabularies"));
    midpg(&folder, "train --data log.csv --out other.safetensors")
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--schema"));
}

#[test]
fn a_damaged_cache_is_told_in_a_line() {
    let folder = with_cache();
    let path = folder.path().join("log.midpg-cache");
    let mut bytes = fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, bytes).unwrap();
    midpg(
        &folder,
        "train --data log.midpg-cache --out model.safetensors",
    )
    .assert()
    .code(1)
    .stderr(predicate::str::contains("damaged").and(predicate::str::contains("midpg encode")));
}
