//! The command as a stranger uses it: the whole path, and every kind of bad input.

#![allow(clippy::unwrap_used, reason = "a test")]

mod bad_input;
mod cache;
mod compare;
mod figures;
mod inspect;
mod outputs;
#[cfg(feature = "parquet")]
mod parquet;
mod readme;
mod score;
mod train;

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

fn ok(folder: &TempDir, line: &str) {
    midpg(folder, line).assert().success();
}

fn json(text: &[u8]) -> serde_json::Value {
    serde_json::from_slice(text).unwrap()
}

/// A folder with `log.csv`, 1,500 generated Amazon rows with truth.
fn with_log() -> TempDir {
    let folder = TempDir::new().unwrap();
    midpg(
        &folder,
        "synth --preset amazon --rows 1500 --seed 1 --effect modulated --truth --out log.csv",
    )
    .assert()
    .success();
    folder
}

const TRAIN: &str =
    "train --data log.csv --schema amazon --epochs 2 --hidden 16,8 --embedding 4 --batch 128";

fn with_model() -> TempDir {
    let folder = with_log();
    midpg(
        &folder,
        &format!("{TRAIN} --model mi-dpg --out model.safetensors --report report.json"),
    )
    .assert()
    .success();
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

#[test]
fn the_whole_path() {
    let folder = with_model();
    assert_eq!(
        files(&folder),
        ["log.csv", "model.safetensors", "report.json"],
        "no temporary file is left"
    );
    let report = json(&fs::read(folder.path().join("report.json")).unwrap());
    for key in [
        "rows",
        "auc",
        "logloss",
        "scenarios",
        "parameters",
        "seconds",
        "device",
        "seed",
    ] {
        assert!(report.get(key).is_some(), "{key}");
    }
    assert!(report["truth"]["best_auc"].is_number());

    let out = midpg(
        &folder,
        "evaluate --model model.safetensors --data log.csv --json",
    )
    .assert()
    .success();
    let evaluated = json(&out.get_output().stdout);
    assert_eq!(
        evaluated["auc"], report["auc"],
        "the file gives what training reported"
    );
    midpg(
        &folder,
        "evaluate --model model.safetensors --data log.csv --part all",
    )
    .assert()
    .success()
    .stdout(predicate::str::contains("Headphones").and(predicate::str::contains("best possible")));

    midpg(
        &folder,
        "score --model model.safetensors --data log.csv --out scores.csv",
    )
    .assert()
    .success();
    let scores = fs::read_to_string(folder.path().join("scores.csv")).unwrap();
    let values: Vec<f32> = scores.lines().skip(1).map(|v| v.parse().unwrap()).collect();
    assert_eq!((scores.lines().next(), values.len()), (Some("score"), 1500));
    assert!(values.iter().all(|p| (0.0..=1.0).contains(p)));

    midpg(
        &folder,
        "explain --model model.safetensors --data log.csv --out explained",
    )
    .assert()
    .success();
    let explanation = json(&fs::read(folder.path().join("explained/explanation.json")).unwrap());
    assert_eq!(explanation["layers"].as_array().unwrap().len(), 2);
    let svg = fs::read_to_string(folder.path().join("explained/weighting.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("Headphones"));

    midpg(&folder, "inspect model.safetensors")
        .assert()
        .success()
        .stdout(predicate::str::contains("layers.0.weighting.row.weight"));
    let out = midpg(&folder, "inspect model.safetensors --json")
        .assert()
        .success();
    assert_eq!(
        json(&out.get_output().stdout)["network"]["method"]["name"],
        "mi-dpg"
    );

    midpg(&folder, "schema --data log.csv --out guessed.toml")
        .assert()
        .success();
    midpg(
        &folder,
        "train --data log.csv --schema guessed.toml --model dnn --epochs 1 --out dnn.safetensors",
    )
    .assert()
    .success();
}

#[test]
fn a_killed_run_resumes_to_the_same_model() {
    let folder = with_log();
    midpg(&folder, &format!("{TRAIN} --out whole.safetensors"))
        .assert()
        .success();
    // Killed by the clock or not yet begun or already over: the result must be the same.
    let line = format!("{TRAIN} --out part.safetensors --checkpoint-every 0");
    let binary = assert_cmd::cargo::cargo_bin("midpg");
    let mut child = std::process::Command::new(binary)
        .current_dir(folder.path())
        .args(line.split_whitespace())
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let checkpoint = folder.path().join("part.safetensors.checkpoint");
    let result = folder.path().join("part.safetensors");
    while !checkpoint.exists() && !result.exists() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    midpg(&folder, &format!("{line} --resume"))
        .assert()
        .success();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("whole.safetensors") == read("part.safetensors"));
    assert!(!checkpoint.exists());
}

#[test]
fn a_warm_start_takes_the_schema_from_the_model() {
    let folder = with_model();
    midpg(
        &folder,
        "train --data log.csv --init model.safetensors --epochs 1 --out next.safetensors",
    )
    .assert()
    .success();
    midpg(
        &folder,
        "train --data log.csv --schema amazon --init model.safetensors --out next.safetensors",
    )
    .assert()
    .code(2)
    .stderr(predicate::str::contains("--schema"));
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = TempDir::new().unwrap();
    for command in [
        "schema", "synth", "encode", "train", "evaluate", "score", "explain", "compare", "sweep",
        "inspect", "export", "quantize",
    ] {
        midpg(&folder, &format!("{command} --help"))
            .assert()
            .success()
            .stdout(predicate::str::contains("Example"));
    }
}
