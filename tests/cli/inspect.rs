//! `midpg inspect`: what a file is, and what to do with it.

use std::fs;
use std::process::Stdio;

use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use crate::{TRAIN, json, midpg, ok, with_log, with_model};

/// What `inspect` says of a path, as text and as JSON.
fn inspected(folder: &TempDir, path: &str) -> (String, Value) {
    let run = |line: String| midpg(folder, &line).assert().success().get_output().clone();
    let text = run(format!("inspect {path}")).stdout;
    let value = run(format!("inspect {path} --json")).stdout;
    (String::from_utf8(text).unwrap(), json(&value))
}

/// What `text` lacks of `said`.
fn lacks<'a>(text: &str, said: &[&'a str]) -> Vec<&'a str> {
    let missing = said.iter().filter(|said| !text.contains(**said));
    missing.copied().collect()
}

#[test]
fn a_model_is_one() {
    let folder = with_model();
    let (text, value) = inspected(&folder, "model.safetensors");
    assert!(text.starts_with("mi-dpg model, format"), "{text}");
    assert_eq!(value["kind"], "model");
}

#[test]
fn a_checkpoint_tells_how_far_it_is_and_how_it_goes_on() {
    let folder = with_log();
    let line = format!("{TRAIN} --out m.safetensors --checkpoint-every 0")
        .replace("--epochs 2", "--epochs 1000");
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("midpg"))
        .current_dir(folder.path())
        .args(line.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !folder.path().join("m.safetensors.checkpoint").exists() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (text, value) = inspected(&folder, "m.safetensors.checkpoint");
    let said = [
        "checkpoint",
        "format 3",
        "mi-dpg (r)",
        "step ",
        "of 1000",
        "seed 1",
        "--resume",
        "--out m.safetensors",
    ];
    assert_eq!(lacks(&text, &said), [""; 0], "{text}");
    assert_eq!(
        (&value["kind"], &value["format"]),
        (&"checkpoint".into(), &3.into())
    );
    assert!(value["step"].as_u64().unwrap() > 0);
    assert_eq!(value["options"]["epochs"], 1000);
    // It is no model, and who takes it for one is told.
    fs::write(
        folder.path().join("cut"),
        &fs::read(folder.path().join("m.safetensors.checkpoint")).unwrap()[..900],
    )
    .unwrap();
    midpg(&folder, "inspect cut")
        .assert()
        .code(1)
        .stderr(predicate::str::contains("error: cut: not a mi-dpg"));
}

#[test]
fn a_cache_tells_its_rows_and_what_reads_it() {
    let folder = with_log();
    ok(
        &folder,
        "encode --data log.csv --schema amazon --out log.cache",
    );
    let (text, value) = inspected(&folder, "log.cache");
    let said = [
        "cache",
        "format 1",
        "Headphones",
        "category",
        "midpg train --data log.cache",
    ];
    assert_eq!(lacks(&text, &said), [""; 0], "{text}");
    assert_eq!(
        (&value["kind"], &value["format"]),
        (&"cache".into(), &1.into())
    );
    let rows = |part: &str| value["rows"][part].as_u64().unwrap();
    assert_eq!(rows("train") + rows("valid") + rows("test"), 1500);
    assert_eq!(
        (&value["labels"], &value["truth"]),
        (&true.into(), &true.into())
    );
}

#[test]
fn a_folder_of_trials_tells_how_many_there_are() {
    let folder = with_log();
    ok(
        &folder,
        "compare --data log.csv --schema amazon --epochs 1 --hidden 8,4 --embedding 2 --batch 128 \
         --methods dnn,apg --trials 2 --out compared",
    );
    for path in ["compared", "compared/trials.jsonl"] {
        let (text, value) = inspected(&folder, path);
        let said = ["journal", "4 trials", "--out compared"];
        assert_eq!(lacks(&text, &said), [""; 0], "{text}");
        assert_eq!(
            (&value["kind"], &value["trials"], &value["measured"]),
            (&"journal".into(), &4.into(), &4.into())
        );
    }
    fs::create_dir(folder.path().join("other")).unwrap();
    midpg(&folder, "inspect other")
        .assert()
        .code(1)
        .stderr(predicate::str::contains("other").and(predicate::str::contains("trials.jsonl")));
}

#[test]
fn control_characters_of_a_file_s_names_are_not_for_the_terminal() {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name);
    let mut log = "page,item\u{1b}[2J,buy\n".to_owned();
    for row in 0..60 {
        log += &format!("{},i{},{}\n", ["a", "b"][row % 2], row % 7, row % 3 / 2);
    }
    fs::write(place("log.csv"), log).unwrap();
    let schema = "label = { column = \"buy\", positive = [\"1\"] }\nscenario = { field = \"page\" }\n\
        [[fields]]\nname = \"page\"\nkind = \"categorical\"\nrole = \"scenario\"\n\
        [[fields]]\nname = \"item\\u001b[2J\"\nkind = \"categorical\"\n";
    fs::write(place("log.toml"), schema).unwrap();
    ok(
        &folder,
        "train --data log.csv --schema log.toml --model dnn --hidden 4 --embedding 2 --epochs 1 --out m.safetensors",
    );
    let unseen = "page,item\u{1b}[2J\na,i99\n";
    fs::write(place("more.csv"), unseen).unwrap();
    for line in [
        "inspect m.safetensors",
        "score --model m.safetensors --data more.csv --out scores.csv",
        "score --model m.safetensors --data more.csv --keep price --out scores.csv",
    ] {
        let run = midpg(&folder, line).assert();
        let run = run.get_output();
        let said = [run.stdout.as_slice(), &run.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(
            said.contains("item") && !said.contains('\u{1b}'),
            "{line}: {said:?}"
        );
    }
}
