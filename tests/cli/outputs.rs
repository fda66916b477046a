//! Where results go, and what happens where they cannot.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use predicates::prelude::*;

use crate::{TRAIN, files, midpg, ok, with_log, with_model};

#[test]
fn a_result_takes_the_place_of_nothing_it_is_made_from() {
    let folder = with_model();
    ok(&folder, "schema --data log.csv --out guessed.toml");
    let before = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let names = files(&folder);
    let contents: Vec<Vec<u8>> = names.iter().map(|name| before(name)).collect();
    let train = "train --data log.csv --schema amazon";
    for (line, pair) in [
        (format!("{train} --out log.csv"), "--data and --out"),
        (
            format!("{train} --out m --report log.csv"),
            "--data and --report",
        ),
        (
            format!("{train} --out m --report ./m"),
            "--out and --report",
        ),
        (
            "train --data log.csv --schema guessed.toml --out guessed.toml".to_owned(),
            "--schema and --out",
        ),
        (
            "train --data log.csv --init model.safetensors --out model.safetensors".to_owned(),
            "--init and --out",
        ),
        (
            "score --model model.safetensors --data log.csv --out ../$FOLDER/log.csv".to_owned(),
            "--data and --out",
        ),
        (
            "score --model model.safetensors --data log.csv --out model.safetensors".to_owned(),
            "--model and --out",
        ),
        (
            "encode --data log.csv --schema amazon --out log.csv".to_owned(),
            "--data and --out",
        ),
        (
            "schema --data log.csv --out log.csv".to_owned(),
            "--data and --out",
        ),
        (
            "quantize --model model.safetensors --out ./model.safetensors".to_owned(),
            "--model and --out",
        ),
        (
            "export --model model.safetensors --format onnx --out model.safetensors".to_owned(),
            "--model and --out",
        ),
    ] {
        let own = folder.path().file_name().unwrap().to_str().unwrap();
        midpg(&folder, &line.replace("$FOLDER", own))
            .assert()
            .code(2)
            .stderr(predicate::str::contains(pair));
    }
    assert_eq!(files(&folder), names);
    for (name, content) in names.iter().zip(contents) {
        assert!(before(name) == content, "{name} was changed");
    }
}

#[test]
fn a_place_that_is_none_is_told_before_the_work() {
    let folder = with_log();
    for (places, said) in [
        ("--out new/", "is a folder"),
        ("--out -", "a model is written to a file"),
        ("--out m --report -", "--json prints the report"),
        ("--out m --report nowhere/r.json", "does not exist"),
    ] {
        midpg(&folder, &format!("{TRAIN} {places}"))
            .assert()
            .failure()
            .stderr(predicate::str::contains(said).and(predicate::str::contains("epoch").not()));
    }
    assert_eq!(files(&folder), ["log.csv"]);
}

#[test]
fn a_negative_number_is_a_value_and_no_flag() {
    let folder = with_log();
    midpg(&folder, &format!("{TRAIN} --out m --lr -1"))
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--lr").and(predicate::str::contains("unexpected").not()));
}

#[test]
fn a_model_that_is_trained_further_keeps_its_network() {
    let folder = with_model();
    for flag in [
        "--model dnn",
        "--hidden 8",
        "--embedding 4",
        "--lambda 0.5",
        "--embedding-std 0.1",
    ] {
        let name = flag.split_whitespace().next().unwrap();
        midpg(
            &folder,
            &format!("train --data log.csv --init model.safetensors --epochs 1 --out n {flag}"),
        )
        .assert()
        .code(2)
        .stderr(predicate::str::contains(format!(
            "{name} and --init are given"
        )));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_a_line_and_no_model() {
    let folder = with_log();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let program = assert_cmd::cargo::cargo_bin("midpg");
    let run = |line: &str| {
        let mut command = Command::new(&program);
        command.current_dir(folder.path());
        command.args(line.split_whitespace());
        command
    };
    // Nobody hears how it goes.
    let trained = run(&format!("{TRAIN} --model mi-dpg --out model.safetensors"))
        .stderr(full())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(trained.success());
    ok(&folder, "inspect model.safetensors");
    // A result that cannot be written is an error.
    for line in [
        "inspect model.safetensors",
        "evaluate --model model.safetensors --data log.csv",
        "explain --model model.safetensors --data log.csv --out explained",
        "score --model model.safetensors --data log.csv --out -",
    ] {
        let out = run(line).stdout(full()).output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{line}");
        let told = String::from_utf8(out.stderr).unwrap();
        assert!(told.contains("error: <stdout>"), "{line}: {told}");
    }
}

#[test]
fn a_reader_that_has_enough_ends_the_command_quietly() {
    let folder = with_model();
    for line in [
        "synth --preset amazon --rows 20000 --seed 1 --effect none --out -",
        "score --model model.safetensors --data big.csv --out -",
    ] {
        if line.contains("big.csv") {
            ok(
                &folder,
                "synth --preset amazon --rows 20000 --seed 1 --effect none --out big.csv",
            );
        }
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("midpg"))
            .current_dir(folder.path())
            .args(line.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut first)
            .unwrap();
        assert!(!first.is_empty());
        let out = child.wait_with_output().unwrap();
        let told = String::from_utf8(out.stderr).unwrap();
        assert!(
            out.status.success() && !told.contains("error"),
            "{line}: {told}"
        );
    }
}

#[test]
fn what_a_killed_run_left_goes_with_the_next() {
    let folder = with_model();
    let left = folder.path().join(".scores.csv-AAAAAA.midpg-part");
    let other = folder.path().join(".scores.csv.gz-AAAAAA.midpg-part");
    for path in [&left, &other] {
        fs::write(path, "half").unwrap();
    }
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --out scores.csv",
    );
    assert!(!left.exists() && other.exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_who_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_model();
    let scores = folder.path().join("scores.csv");
    fs::write(&scores, "").unwrap();
    fs::set_permissions(&scores, fs::Permissions::from_mode(0o600)).unwrap();
    ok(
        &folder,
        "score --model model.safetensors --data log.csv --out scores.csv",
    );
    let mode = fs::metadata(&scores).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(fs::metadata(&scores).unwrap().len() > 0);
}

#[test]
fn a_run_that_fails_leaves_no_folder() {
    let folder = with_log();
    for line in [
        "compare --data none.csv --schema amazon --out made",
        "compare --data log.csv --schema amazon --device none --out made",
        "sweep --data none.csv --schema amazon --out made",
    ] {
        midpg(&folder, line).assert().failure();
    }
    assert_eq!(files(&folder), ["log.csv"]);
}

#[test]
fn what_a_command_does_not_read_is_told_by_its_kind() {
    let folder = with_model();
    ok(
        &folder,
        "encode --data log.csv --schema amazon --out log.cache",
    );
    fs::write(folder.path().join("rows.ndjson"), "{}\n").unwrap();
    for (line, said) in [
        (
            "score --model model.safetensors --data log.cache --out s.csv",
            "log.cache: is a cache",
        ),
        (
            "train --data rows.ndjson --schema amazon --out m",
            "rows.ndjson: rows as JSON objects",
        ),
    ] {
        midpg(&folder, line)
            .assert()
            .code(2)
            .stderr(predicate::str::contains(said));
    }
}

#[test]
fn a_log_whose_name_ends_in_gz_is_packed() {
    let folder = with_log();
    ok(
        &folder,
        "synth --preset amazon --rows 1500 --seed 1 --effect modulated --truth --out packed.csv.gz",
    );
    let packed = fs::read(folder.path().join("packed.csv.gz")).unwrap();
    assert_eq!(packed[..2], [0x1f, 0x8b]);
    let plain = fs::read(folder.path().join("log.csv")).unwrap();
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(packed.as_slice()),
        &mut unpacked,
    )
    .unwrap();
    assert!(unpacked == plain);
}

#[test]
fn a_folder_of_explanations_is_of_one_run() {
    let folder = with_model();
    let explain = "explain --model model.safetensors --data log.csv --out explained";
    let names = |what: &str| -> Vec<String> {
        let entries = fs::read_dir(folder.path().join("explained")).unwrap();
        let names = entries.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        assert!(
            names.iter().any(|name| name == "notes.txt"),
            "{what}: what is not its own stays"
        );
        names
    };
    fs::create_dir(folder.path().join("explained")).unwrap();
    fs::write(folder.path().join("explained/notes.txt"), "mine").unwrap();
    ok(&folder, &format!("{explain} --against model.safetensors"));
    let both = names("both");
    assert!(both.contains(&"against-weighting.svg".to_owned()));
    assert!(both.contains(&"against-explanation.json".to_owned()));
    // One that fails takes nothing away.
    midpg(&folder, &format!("{explain} --layer 9"))
        .assert()
        .failure();
    assert_eq!(names("failed"), both);
    ok(&folder, explain);
    assert_eq!(
        names("one"),
        [
            "explanation.json",
            "map.svg",
            "notes.txt",
            "similarity.svg",
            "weighting.svg"
        ]
    );
}
