//! `midpg encode` as a stranger uses it; what needs no training, so that it runs without Burn.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;

use assert_cmd::Command;
use predicates::prelude::*;
use tempfile::TempDir;

fn midpg(folder: &TempDir, line: &str) -> Command {
    let mut command = Command::cargo_bin("midpg").unwrap();
    command
        .current_dir(folder.path())
        .args(line.split_whitespace());
    command
}

fn with_log(preset: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let line = format!("synth --preset {preset} --rows 1500 --seed 1 --truth --out log.csv");
    midpg(&folder, &line).assert().success();
    folder
}

fn files(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const ENCODE: &str = "encode --data log.csv --schema amazon --out log.midpg-cache";

#[test]
fn help_has_an_example() {
    let folder = TempDir::new().unwrap();
    midpg(&folder, "encode --help")
        .assert()
        .success()
        .stdout(predicate::str::contains("Example"));
}

#[test]
fn a_log_becomes_one_file() {
    for preset in ["amazon", "iaac", "ads"] {
        let folder = with_log(preset);
        let line = ENCODE.replace("amazon", preset);
        midpg(&folder, &line).assert().success().stderr(
            predicate::str::contains("1500 rows: ").and(predicate::str::contains("bytes a row")),
        );
        assert_eq!(files(&folder), ["log.csv", "log.midpg-cache"]);
        let first = fs::read(folder.path().join("log.midpg-cache")).unwrap();

        let out = midpg(&folder, &format!("{line} --json")).assert().success();
        let summary: serde_json::Value = serde_json::from_slice(&out.get_output().stdout).unwrap();
        assert_eq!(summary["rows"], 1500);
        assert_eq!(summary["bytes"], first.len());
        assert_eq!(summary["sha256"].as_str().unwrap().len(), 64);
        let again = fs::read(folder.path().join("log.midpg-cache")).unwrap();
        assert!(first == again, "the same log gives the same bytes");
    }
}

#[test]
fn what_cannot_be_encoded_is_told_in_a_line_and_leaves_nothing() {
    let folder = with_log("amazon");
    midpg(&folder, ENCODE).assert().success();
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    let before = files(&folder);
    for (line, told) in [
        (
            "encode --data absent.csv --schema amazon --out x",
            "absent.csv",
        ),
        ("encode --data log.csv --schema nowhere --out x", "nowhere"),
        (
            "encode --data log.csv --schema ads --out x",
            "has no column",
        ),
        (
            "encode --data empty.csv --schema amazon --out x",
            "is empty",
        ),
        (
            "encode --data log.csv --schema amazon --out no/x",
            "does not exist",
        ),
        (
            "encode --data log.csv --schema amazon --out .",
            "is a folder",
        ),
        (
            "encode --data log.csv --schema amazon --out -",
            "--out is a file's name",
        ),
        (
            "encode --data log.midpg-cache --schema amazon --out x",
            "a cache already",
        ),
    ] {
        midpg(&folder, line)
            .assert()
            .code(predicate::in_iter([1, 2]))
            .stderr(
                predicate::str::contains(told).and(predicate::function(|text: &str| {
                    text.starts_with("error: ") && text.lines().count() == 1
                })),
            );
        assert_eq!(files(&folder), before, "{line}");
    }
    midpg(&folder, "encode --data log.csv --out x")
        .assert()
        .code(2);
}

#[test]
fn bad_rows_stop_it_or_are_counted() {
    let folder = with_log("amazon");
    let path = folder.path().join("log.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text + "too,few\n").unwrap();
    midpg(&folder, ENCODE).assert().code(1).stderr(
        predicate::str::contains("log.csv:1502").and(predicate::str::contains("--on-bad-row skip")),
    );
    assert_eq!(files(&folder), ["log.csv"]);
    midpg(&folder, &format!("{ENCODE} --on-bad-row skip"))
        .assert()
        .success()
        .stderr(predicate::str::contains("1 of 1501 rows skipped"));
}

#[test]
fn what_a_killed_run_left_goes_and_what_a_live_one_writes_stays() {
    let folder = with_log("amazon");
    let left = folder.path().join(".log.midpg-cache-AAAAAA.midpg-part");
    let live = folder.path().join(".log.midpg-cache-BBBBBB.midpg-part");
    let other = folder.path().join(".other-CCCCCC.midpg-part");
    for path in [&left, &live, &other] {
        fs::write(path, "half").unwrap();
    }
    let lock = fs::File::open(&live).unwrap();
    lock.try_lock().unwrap();
    midpg(&folder, ENCODE).assert().success();
    assert!(!left.exists() && live.exists() && other.exists());
    drop(lock);
    midpg(&folder, ENCODE).assert().success();
    assert!(!live.exists() && other.exists());
}

#[test]
fn the_schema_in_the_document_is_one() {
    let document = include_str!("../docs/schema.md");
    let (_, rest) = document.split_once("```toml\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let schema = mi_dpg::schema::Schema::parse(text, "schema.md").unwrap();
    assert_eq!(schema.fields.len(), 3);
}
