//! Scoring: formats in and out, what is handed on, rows that cannot be read.

use std::fs;
use std::io::Read;

use predicates::prelude::*;

use super::{files, midpg, ok, with_log, with_model};

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
    // A blank line would be skipped by whoever reads it.
    assert_eq!((lines.len(), lines[2]), (4, "\"\""), "{scores}");
    midpg(&folder, "score --model model.safetensors --data new.csv --on-bad-row skip --strict-scenarios --out t.csv")
        .assert()
        .success()
        .stderr(predicate::str::contains("2 rows could not"));
}

#[test]
fn what_is_handed_on_is_as_it_was_or_an_error() {
    let folder = with_model();
    let log = fs::read_to_string(folder.path().join("log.csv")).unwrap();
    let lines = log.lines().take(3).enumerate();
    let with_note = lines.map(|(number, line)| match number {
        0 => format!("{line},note\n").into_bytes(),
        _ => [line.as_bytes(), b",caf\xe9\n"].concat(),
    });
    let bytes: Vec<u8> = with_note.flatten().collect();
    fs::write(folder.path().join("latin.csv"), bytes).unwrap();
    let score = "score --model model.safetensors --data latin.csv --out a.csv";
    ok(&folder, score);
    midpg(&folder, &format!("{score} --keep note"))
        .assert()
        .code(1)
        .stderr(predicate::str::contains("latin.csv:2: column \"note\""));
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_pipe_is_written_to() {
    let folder = with_model();
    let at = |name: &str| folder.path().join(name);
    let score = "score --model model.safetensors --data log.csv --out";
    ok(&folder, &format!("{score} a.csv"));
    let expected = fs::read(at("a.csv")).unwrap();

    fs::write(at("target.csv"), "old").unwrap();
    std::os::unix::fs::symlink("target.csv", at("link.csv")).unwrap();
    ok(&folder, &format!("{score} link.csv"));
    assert!(at("link.csv").is_symlink());
    assert!(fs::read(at("target.csv")).unwrap() == expected);

    let made = std::process::Command::new("mkfifo")
        .arg(at("pipe"))
        .status();
    assert!(made.unwrap().success());
    let reader = {
        let pipe = at("pipe");
        std::thread::spawn(move || fs::read(pipe).unwrap())
    };
    ok(&folder, &format!("{score} pipe"));
    assert!(reader.join().unwrap() == expected);
}

#[test]
fn a_log_that_is_not_there_is_what_is_missing() {
    let folder = with_log();
    midpg(
        &folder,
        "train --data typo.csv --model dnn --out m.safetensors",
    )
    .assert()
    .code(1)
    .stderr(predicate::str::contains("typo.csv"));
}
