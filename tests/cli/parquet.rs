//! Parquet beside text, by the command.

use std::fs;

use predicates::prelude::*;

use super::{TRAIN, json, midpg, ok, with_model};

const COLUMNS: &str =
    "item_id,user_id,rating,timestamp,model_attr,category,brand,year,user_attr,split";

#[test]
fn a_log_in_parquet_trains_and_scores_as_its_text() {
    let folder = with_model();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    // The command itself makes the Parquet file: every column handed on, with a score behind.
    ok(
        &folder,
        &format!(
            "score --model model.safetensors --data log.csv --keep {COLUMNS} --out log.parquet"
        ),
    );
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --out text.csv",
    );
    for data in ["log.parquet", "*.parquet", "."] {
        ok(
            &folder,
            &format!("score --model model.safetensors --data {data} --out parquet.csv"),
        );
        assert_eq!(read("text.csv"), read("parquet.csv"), "{data}");
    }
    ok(
        &folder,
        "score --model model.safetensors --data log.parquet --keep user_id --out both.ndjson",
    );
    let lines = String::from_utf8(read("both.ndjson")).unwrap();
    let first = json(lines.lines().next().unwrap().as_bytes());
    assert!(first["user_id"].is_string() && first["score"].is_number());

    ok(
        &folder,
        &format!("{TRAIN} --model mi-dpg --out again.safetensors")
            .replace("log.csv", "log.parquet"),
    );
    ok(
        &folder,
        "score --model again.safetensors --data log.csv --out again.csv",
    );
    assert_eq!(read("text.csv"), read("again.csv"), "the same model");

    let evaluated = |data: &str| {
        let line = format!("evaluate --model model.safetensors --data {data} --json");
        let out = midpg(&folder, &line).assert().success();
        json(&out.get_output().stdout)["auc"].clone()
    };
    assert_eq!(evaluated("log.csv"), evaluated("log.parquet"));
}

#[test]
fn what_is_no_parquet_is_told() {
    let folder = with_model();
    for (data, told) in [
        (
            "none*.parquet",
            "error: none*.parquet: there is no Parquet file",
        ),
        (
            "log.csv --input-format parquet",
            "error: log.csv: cannot be read as Parquet",
        ),
    ] {
        midpg(
            &folder,
            &format!("score --model model.safetensors --data {data} --out x.csv"),
        )
        .assert()
        .code(1)
        .stderr(predicate::str::starts_with(told));
    }
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --keep item_id --out few.parquet",
    );
    midpg(
        &folder,
        "score --model model.safetensors --data few.parquet --out x.csv",
    )
    .assert()
    .code(1)
    .stderr(predicate::str::contains(
        "few.parquet: the file has no column",
    ));
    midpg(
        &folder,
        "score --model model.safetensors --data log.csv --keep score --out x.csv",
    )
    .assert()
    .code(2)
    .stderr(predicate::str::contains(
        "--keep: the column of scores is called",
    ));
    assert!(!folder.path().join("x.csv").exists());
}
