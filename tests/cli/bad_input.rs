//! Every kind of bad input: one typed line, exit 1 or 2, nothing half-written.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use tempfile::TempDir;

use crate::{TRAIN, files, midpg, with_log, with_model};

/// Runs `line`, which must fail on one line with `said`, and leave nothing new behind.
fn refused(folder: &TempDir, line: &str, said: &[&str]) {
    let before = files(folder);
    let out = midpg(folder, line)
        .assert()
        .code(predicate::in_iter([1, 2]));
    let stderr = String::from_utf8(out.get_output().stderr.clone()).unwrap();
    let errors: Vec<&str> = stderr
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(errors.len(), 1, "{line}: {stderr}");
    for said in said {
        assert!(errors[0].contains(said), "{line}: {stderr} lacks {said}");
    }
    assert_eq!(files(folder), before, "{line}");
}

const HEADER: &str =
    "item_id,user_id,rating,timestamp,model_attr,category,brand,year,user_attr,split";

#[test]
fn bad_logs_are_refused_with_their_place() {
    let folder = TempDir::new().unwrap();
    let row = |rating: &str, split: u8| {
        format!("1,2,{rating},2015-01-01,Female,Headphones,,2010,Male,{split}")
    };
    let good = [row("5", 0), row("1", 0), row("5", 1), row("1", 2)].join("\n");
    let log = |rows: &str| format!("{HEADER}\n{rows}\n").into_bytes();
    let mut not_utf8 = log(&good);
    let place = not_utf8.len() - 10;
    not_utf8[place] = 0xff;
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("empty.csv", Vec::new(), &["empty.csv"]),
        (
            "header.csv",
            format!("{HEADER}\n").into_bytes(),
            &["header.csv"],
        ),
        (
            "column.csv",
            String::from_utf8(log(&good))
                .unwrap()
                .replace("rating", "ratinj")
                .into_bytes(),
            &["column.csv", "rating", "ratinj"],
        ),
        (
            "rating.csv",
            log(&format!("{good}\n{}", row("five", 0))),
            &["rating.csv:6", "rating", "five"],
        ),
        (
            "nan.csv",
            log(&format!("{good}\n{}", row("NaN", 0))),
            &["nan.csv:6", "rating", "NaN"],
        ),
        (
            "inf.csv",
            log(&format!("{good}\n{}", row("inf", 0))),
            &["inf.csv:6", "rating", "inf"],
        ),
        ("few.csv", log(&format!("{good}\n1,2,5")), &["few.csv:6"]),
        (
            "class.csv",
            log(&[row("5", 0), row("4", 0), row("5", 1)].join("\n")),
            &["positive"],
        ),
        ("utf8.csv", not_utf8, &["utf8.csv:5"]),
        (
            "line.csv",
            [log(&good), vec![b'x'; 100 << 20]].concat(),
            &["line.csv:6"],
        ),
    ];
    for (name, bytes, said) in cases {
        fs::write(folder.path().join(name), bytes).unwrap();
        refused(
            &folder,
            &format!("train --data {name} --schema amazon --out model.safetensors"),
            said,
        );
    }
    refused(
        &folder,
        "train --data absent.csv --schema amazon --out model.safetensors",
        &["absent.csv"],
    );
    refused(
        &folder,
        "train --data . --schema amazon --out model.safetensors",
        &["folder"],
    );
    refused(
        &folder,
        "train --data rating.csv --schema nowhere --out model.safetensors",
        &["nowhere"],
    );
    refused(
        &folder,
        "train --data rating.csv --schema nowhere.toml --out model.safetensors",
        &["nowhere.toml"],
    );
    // A bad row can be skipped and is counted.
    midpg(&folder, "train --data rating.csv --schema amazon --on-bad-row skip --epochs 1 --out model.safetensors")
        .assert()
        .success()
        .stderr(predicate::str::contains("1 of 5 rows skipped"));
}

#[test]
fn bad_outputs_and_settings_are_refused_before_the_work() {
    let folder = with_log();
    refused(
        &folder,
        &format!("{TRAIN} --out nowhere/model.safetensors"),
        &["nowhere", "does not exist"],
    );
    refused(
        &folder,
        &format!("{TRAIN} --out model.safetensors --report nowhere/r.json"),
        &["nowhere"],
    );
    refused(
        &folder,
        &format!("{TRAIN} --model dnn --dk 2 --out model.safetensors"),
        &["--dk"],
    );
    refused(
        &folder,
        &format!("{TRAIN} --model dpg --lambda 2 --out model.safetensors"),
        &["--lambda"],
    );
    for (flags, flag) in [
        ("--variant non --dk 2", "--dk"),
        ("--model dpg --variant non --dr-div 4", "--dr-div"),
        ("--variant non --dc-div 4", "--dc-div"),
        (
            "--model pepnet --gates epnet --gate-first-input false",
            "--gate-first-input",
        ),
    ] {
        refused(
            &folder,
            &format!("{TRAIN} {flags} --out model.safetensors"),
            &[flag, "has no effect", "leave"],
        );
    }
    refused(
        &folder,
        &format!("{TRAIN} --shuffle-window 65536 --out model.safetensors"),
        &["--shuffle-window has no effect", "midpg encode"],
    );
    refused(
        &folder,
        &format!("{TRAIN} --lr 0 --out model.safetensors"),
        &["--lr"],
    );
    refused(
        &folder,
        &format!("{TRAIN} --device quantum --out model.safetensors"),
        &["quantum", "--device"],
    );
    refused(
        &folder,
        "synth --preset ads --rows 0 --out ads.csv",
        &["rows"],
    );
    midpg(&folder, "train --data log.csv").assert().code(2);
    midpg(&folder, "frobnicate").assert().code(2);
}

#[test]
fn bad_model_files_are_refused() {
    let folder = with_model();
    let bytes = fs::read(folder.path().join("model.safetensors")).unwrap();
    fs::write(
        folder.path().join("short.safetensors"),
        &bytes[..bytes.len() / 2],
    )
    .unwrap();
    fs::write(folder.path().join("renamed.safetensors"), b"PK\x03\x04").unwrap();
    for name in ["short.safetensors", "renamed.safetensors", "log.csv"] {
        for command in [
            "score --out s.csv --data log.csv --model",
            "evaluate --data log.csv --model",
            "inspect",
        ] {
            refused(
                &folder,
                &format!("{command} {name}"),
                &[name, "not a mi-dpg model file"],
            );
        }
    }
    refused(
        &folder,
        "inspect absent.safetensors",
        &["absent.safetensors"],
    );
}

/// A device that is always full: the error comes, and no file.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = with_model();
    if !Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full");
        return;
    }
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let binary = assert_cmd::cargo::cargo_bin("midpg");
    let out = std::process::Command::new(binary)
        .current_dir(folder.path())
        .args("score --model model.safetensors --data log.csv --out -".split_whitespace())
        .stdout(full())
        .output()
        .unwrap();
    let stderr = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("error: <stdout>") && stderr.to_lowercase().contains("space"),
        "{stderr}"
    );
}
