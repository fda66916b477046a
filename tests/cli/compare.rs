//! `midpg compare`: the table, and a run that is killed.

use std::fs;
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{json, midpg, with_log};

const SMALL: &str =
    "compare --data log.csv --schema amazon --epochs 2 --hidden 16,8 --embedding 4 --batch 128";
const FOUR: &str = "--methods dnn,star,apg,dpg --trials 2";

fn compare(folder: &TempDir, more: &str) -> Value {
    let out = midpg(folder, &format!("{SMALL} --json {more}"))
        .assert()
        .success();
    json(&out.get_output().stdout)
}

/// What does not depend on the clock.
fn figures(comparison: &Value) -> Value {
    let mut figures = comparison.clone();
    for method in figures["methods"].as_array_mut().unwrap() {
        method.as_object_mut().unwrap().remove("seconds");
    }
    figures
}

fn lines(journal: &Path) -> usize {
    fs::read_to_string(journal).map_or(0, |text| text.lines().count())
}

/// Waits until the journal has `count` lines; the process must not end before.
fn wait_for_lines(process: &mut Child, journal: &Path, count: usize) {
    while lines(journal) < count {
        assert!(
            process.try_wait().unwrap().is_none(),
            "it ended before {count} trials were done"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_killed_comparison_continues_and_gives_the_same_table() {
    let folder = with_log();
    let whole = compare(&folder, &format!("{FOUR} --out whole"));
    assert_eq!(whole["methods"].as_array().unwrap().len(), 4);
    assert_eq!(
        lines(&folder.path().join("whole/trials.jsonl")),
        2 * (3 + 4)
    );

    let arguments = format!("{SMALL} {FOUR} --out killed");
    let mut process = Process::new(assert_cmd::cargo::cargo_bin("midpg"))
        .current_dir(folder.path())
        .args(arguments.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let journal = folder.path().join("killed/trials.jsonl");
    wait_for_lines(&mut process, &journal, 3);
    process.kill().unwrap();
    process.wait().unwrap();
    let done = fs::read_to_string(&journal).unwrap();
    assert!(done.lines().count() < 14, "it was killed in the middle");

    let continued = compare(&folder, &format!("{FOUR} --out killed"));
    assert_eq!(figures(&continued), figures(&whole));
    let now = fs::read_to_string(&journal).unwrap();
    let complete = done.rfind('\n').map_or("", |end| &done[..=end]);
    assert!(now.starts_with(complete), "what was done is not done again");
    assert_eq!(now.lines().count(), 14);

    // Under another schema the same file is other data.
    let preset = "compare --data log.csv --schema mine.toml --methods dnn --trials 1 --epochs 1 --out killed";
    midpg(&folder, "schema --data log.csv --out mine.toml")
        .assert()
        .success();
    let text = fs::read_to_string(folder.path().join("mine.toml")).unwrap();
    midpg(&folder, preset).assert().success();
    assert_eq!(lines(&journal), 15);
    fs::write(
        folder.path().join("mine.toml"),
        text.replace("prior = true", "prior = false"),
    )
    .unwrap();
    midpg(&folder, preset).assert().success();
    assert_eq!(lines(&journal), 16);
    midpg(&folder, preset).assert().success();
    assert_eq!(lines(&journal), 16);

    // A third run computes nothing, and several trials at once change nothing.
    let again = compare(&folder, &format!("{FOUR} --out killed"));
    assert_eq!(again, continued);
    let parallel = compare(&folder, &format!("{FOUR} --out parallel --jobs 3"));
    assert_eq!(figures(&parallel), figures(&whole));

    let mut left: Vec<String> = fs::read_dir(folder.path().join("killed"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["compare.csv", "compare.json", "compare.md", "trials.jsonl"]
    );
}

#[test]
fn tuning_tries_as_many_settings_for_every_method() {
    let folder = with_log();
    let table = compare(
        &folder,
        "--methods dnn,mi-dpg --trials 1 --tune 3 --out tuned",
    );
    assert_eq!(table["methods"].as_array().unwrap().len(), 2);
    assert_eq!(lines(&folder.path().join("tuned/trials.jsonl")), 2 * 3 + 2);
}

#[test]
fn every_method_has_a_row() {
    let folder = with_log();
    let out = midpg(
        &folder,
        "compare --data log.csv --schema amazon --methods all --trials 1 --epochs 1 \
         --hidden 16,8,4 --embedding 4 --batch 256 --out all",
    )
    .assert()
    .success();
    let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    for method in [
        "dnn",
        "ple",
        "star",
        "pepnet",
        "adasparse",
        "apg",
        "dpg (",
        "mi-dpg (",
    ] {
        assert!(
            text.lines().any(|line| line.starts_with(method)),
            "{method}: {text}"
        );
    }
    assert!(text.contains("best possible: AUC 0."));
}

#[test]
fn a_line_of_the_table_has_the_settings_of_its_trial() {
    let folder = with_log();
    // Some of those that are compared have the flags.
    compare(
        &folder,
        "--methods dnn,dpg,mi-dpg --variants r,non --variant non --dk 2 --trials 2 --seed 7 --out table",
    );
    let text = fs::read_to_string(folder.path().join("table/compare.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|there| there == name).unwrap();
    let (seed, options) = (column("seed"), column("options"));
    let mut seeds = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let options = json(record[options].as_bytes());
        assert_eq!(options["seed"].to_string(), record[seed]);
        seeds.push(record[seed].to_owned());
    }
    assert_eq!(seeds, ["7", "8", "7", "8", "7", "8"]);
}

#[test]
fn what_another_version_has_done_is_told_and_done_again() {
    let folder = with_log();
    let one = "--methods dnn --trials 1 --out one";
    compare(&folder, one);
    let journal = folder.path().join("one/trials.jsonl");
    let own = fs::read_to_string(&journal).unwrap();
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let other = own.replacen(&version, "\"version\":\"0.0.1\"", 1);
    assert_ne!(own, other);
    fs::write(&journal, &other).unwrap();
    midpg(&folder, &format!("{SMALL} {one}"))
        .assert()
        .success()
        .stderr(predicates::str::contains("1 trial of mi-dpg 0.0.1"));
    let now = fs::read_to_string(&journal).unwrap();
    assert!(now.starts_with(&other) && now.lines().count() == 2);
    // Of its own it says nothing, and does nothing again.
    let again = midpg(&folder, &format!("{SMALL} {one}")).assert().success();
    assert!(fs::read_to_string(&journal).unwrap() == now);
    drop(again);

    // A journal from before versions were written is continued: its keys tell the version too.
    fs::write(
        &journal,
        own.replacen(&format!("{version},"), "", 1)
            .replacen("\"format\":1,", "", 1),
    )
    .unwrap();
    let before = fs::read_to_string(&journal).unwrap();
    assert!(!before.contains("version"));
    compare(&folder, one);
    assert!(fs::read_to_string(&journal).unwrap() == before);
}

#[test]
fn what_cannot_be_compared_says_why() {
    let folder = with_log();
    for (line, says) in [
        ("--methods dnn,nonsense --out x", "no method \"nonsense\""),
        ("--methods dnn,dnn --out x", "named twice"),
        ("--methods dnn --trials 0 --out x", "--trials"),
        ("--methods dnn --jobs 0 --out x", "--jobs"),
        ("--methods ple --hidden 8 --out x", "--hidden"),
        ("--methods dnn --out log.csv", "log.csv"),
        ("--methods dnn,ple --dk 2 --out x", "--dk"),
        (
            "--methods mi-dpg --variant non --dk 2 --out x",
            "--dk has no effect",
        ),
        (
            "--methods dpg --variants non --dc-div 2 --out x",
            "--dc-div has no effect",
        ),
        (
            "--methods pepnet --gates epnet --gate-first-input false --out x",
            "--gate-first-input has no effect",
        ),
        ("--methods dnn,dpg --variant c --out x", "--variants c"),
        (
            "--methods dnn,mi-dpg --variants r --out x",
            "--variants is of dpg, which is not compared",
        ),
    ] {
        midpg(
            &folder,
            &format!("compare --data log.csv --schema amazon {line}"),
        )
        .assert()
        .code(predicates::prelude::predicate::in_iter([1, 2]))
        .stderr(predicates::str::contains(says));
    }
    assert!(!folder.path().join("x").exists(), "nothing is left behind");
}
