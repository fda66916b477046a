//! The command as a stranger uses it: the whole path, and every kind of bad input.

#![allow(clippy::unwrap_used, reason = "a test")]

mod bad_input;
mod compare;
mod figures;
#[cfg(feature = "parquet")]
mod parquet;

use std::fs;
use std::io::Read;

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
fn scoring_streams_from_gzip_and_standard_input_with_the_same_result() {
    let folder = with_model();
    midpg(
        &folder,
        "score --model model.safetensors --data log.csv --out a.csv",
    )
    .assert()
    .success();
    let plain = fs::read(folder.path().join("log.csv")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &plain).unwrap();
    let packed = packed.finish().unwrap();
    let out = midpg(&folder, "score --model model.safetensors --data - --out -")
        .write_stdin(packed)
        .assert()
        .success();
    assert!(out.get_output().stdout == fs::read(folder.path().join("a.csv")).unwrap());
}

#[test]
fn rows_come_as_objects_and_columns_are_handed_on() {
    let folder = with_model();
    let csv = fs::read_to_string(folder.path().join("log.csv")).unwrap();
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    // Numbers as numbers, an empty cell as null; the last line has no line end, and there is a blank one.
    let objects: Vec<String> = lines
        .map(|line| {
            let cells = header.iter().zip(line.split(',')).map(|(column, cell)| {
                let value = match cell {
                    "" => "null".to_owned(),
                    cell if cell.parse::<u32>().is_ok() => cell.to_owned(),
                    cell => format!("{cell:?}"),
                };
                format!("{column:?}: {value}")
            });
            format!("{{{}}}", cells.collect::<Vec<_>>().join(", "))
        })
        .collect();
    fs::write(
        folder.path().join("log.ndjson"),
        format!("\n{}", objects.join("\n")),
    )
    .unwrap();
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --out a.csv",
    );
    ok(
        &folder,
        "score --model model.safetensors --data log.ndjson --out b.csv",
    );
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("a.csv"), read("b.csv"));

    // Kept columns stand beside the score, in either format, packed or not.
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --keep item_id,brand --out c.csv",
    );
    ok(
        &folder,
        "score --model model.safetensors --data log.ndjson --keep item_id,brand --out d.ndjson.gz",
    );
    let kept = read("c.csv");
    assert!(kept.starts_with("item_id,brand,score\n"));
    let scores: Vec<&str> = kept
        .lines()
        .map(|line| line.rsplit(',').next().unwrap())
        .collect();
    assert_eq!(scores, read("a.csv").lines().collect::<Vec<_>>());
    let packed = fs::File::open(folder.path().join("d.ndjson.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_string(&mut text)
        .unwrap();
    for ((line, object), score) in text.lines().zip(&objects).zip(&scores[1..]) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let object: serde_json::Value = serde_json::from_str(object).unwrap();
        assert_eq!(line["item_id"], object["item_id"]);
        assert_eq!(line["brand"], object["brand"]);
        assert_eq!(
            line["score"].to_string(),
            serde_json::from_str::<serde_json::Value>(score)
                .unwrap()
                .to_string()
        );
    }
    assert_eq!(text.lines().count(), objects.len());
}

#[test]
fn a_small_model_file_scores_nearly_the_same() {
    let folder = with_model();
    ok(
        &folder,
        "quantize --model model.safetensors --out small.safetensors",
    );
    let size = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
    assert!(size("small.safetensors") < size("model.safetensors"));
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --out a.csv",
    );
    ok(
        &folder,
        "score --model small.safetensors --data log.csv --out b.csv",
    );
    let read = |name: &str| -> Vec<f32> {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines()
            .skip(1)
            .map(|line| line.parse().unwrap())
            .collect()
    };
    let (a, b) = (read("a.csv"), read("b.csv"));
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 0.01));
    assert_ne!(a, b);
    ok(&folder, "inspect small.safetensors");
}

#[test]
fn a_line_that_is_no_row_is_named_or_keeps_its_place() {
    let folder = with_model();
    fs::write(
        folder.path().join("bad.ndjson"),
        "{\"category\": \"Headphones\"}\n[1]\n{\"x\": 1}\n{\"category\": {}}\n",
    )
    .unwrap();
    midpg(
        &folder,
        "score --model model.safetensors --data bad.ndjson --out s.csv",
    )
    .assert()
    .failure()
    .stderr(predicate::str::starts_with(
        "error: bad.ndjson:2: the line is not a JSON object",
    ));
    assert!(!folder.path().join("s.csv").exists());
    ok(
        &folder,
        "score --model model.safetensors --data bad.ndjson --on-bad-row skip --out s.ndjson",
    );
    let text = fs::read_to_string(folder.path().join("s.ndjson")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1..], ["{\"score\":null}"; 3]);
    assert!(lines[0].starts_with("{\"score\":0."));
    midpg(
        &folder,
        "score --model model.safetensors --data log.csv --keep nothing --out s.csv",
    )
    .assert()
    .failure()
    .stderr(predicate::str::contains(
        "--keep: the file has no column \"nothing\"",
    ));
}

#[test]
fn unknown_values_and_bad_rows_are_scored_counted_and_keep_their_place() {
    let folder = with_model();
    let log = "item_id,user_id,timestamp,model_attr,category,brand,year,user_attr\n\
               1,2,2015-01-01,Female,Headphones,,2010,Male\n\
               1,2,2015-01-01,Female\n\
               999999,2,2015-01-01,Female,Submarines,Nobody,2010,Male\n";
    fs::write(folder.path().join("new.csv"), log).unwrap();
    midpg(
        &folder,
        "score --model model.safetensors --data new.csv --out s.csv",
    )
    .assert()
    .code(1)
    .stderr(predicate::str::contains("new.csv:3"));
    assert!(!files(&folder).contains(&"s.csv".to_owned()));
    midpg(
        &folder,
        "score --model model.safetensors --data new.csv --on-bad-row skip --out s.csv",
    )
    .assert()
    .success()
    .stderr(
        predicate::str::contains("1 rows have a scenario")
            .and(predicate::str::contains("1 rows could not")),
    );
    let scores = fs::read_to_string(folder.path().join("s.csv")).unwrap();
    let lines: Vec<&str> = scores.lines().collect();
    assert_eq!((lines.len(), lines[2]), (4, ""), "{scores}");
    midpg(&folder, "score --model model.safetensors --data new.csv --on-bad-row skip --strict-scenarios --out t.csv")
        .assert()
        .success()
        .stderr(predicate::str::contains("2 rows could not"));
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
    .code(1)
    .stderr(predicate::str::contains("--schema"));
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = TempDir::new().unwrap();
    for command in [
        "schema", "synth", "train", "evaluate", "score", "explain", "compare", "sweep", "inspect",
        "export", "quantize",
    ] {
        midpg(&folder, &format!("{command} --help"))
            .assert()
            .success()
            .stdout(predicate::str::contains("Example"));
    }
}
