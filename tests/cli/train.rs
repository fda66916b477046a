//! `midpg train` beside another one, and after a kill.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use mi_dpg::data::{LoadOptions, load};
use mi_dpg::model::NetworkConfig;
use mi_dpg::schema::Schema;
use mi_dpg::train::{TrainOptions, Trainer, device};
use predicates::prelude::*;

use crate::{TRAIN, files, json, midpg, ok, with_log};

#[test]
fn a_second_training_to_the_same_place_is_refused_while_the_first_goes_on() {
    let folder = with_log();
    let line = format!("{TRAIN} --out m.safetensors --checkpoint-every 0")
        .replace("--epochs 2", "--epochs 1000");
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("midpg"))
        .current_dir(folder.path())
        .args(line.split_whitespace())
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let checkpoint = folder.path().join("m.safetensors.checkpoint");
    while !checkpoint.exists() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    for second in [format!("{TRAIN} --out ./m.safetensors"), line + " --resume"] {
        midpg(&folder, &second)
            .assert()
            .code(1)
            .stderr(predicate::str::contains("another run is training to it"));
    }
    assert!(child.try_wait().unwrap().is_none() && checkpoint.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    // It may have been killed while it wrote a checkpoint.
    fs::write(
        folder
            .path()
            .join(".m.safetensors.checkpoint-AAAAAA.midpg-part"),
        "half",
    )
    .unwrap();
    ok(&folder, &format!("{TRAIN} --out m.safetensors"));
    assert_eq!(files(&folder), ["log.csv", "m.safetensors"]);
}

/// What [`TRAIN`] begins, as far as it was when its checkpoint was written after so many seconds.
async fn checkpoint(log: File, seconds: f64) -> Vec<u8> {
    let options = TrainOptions {
        network: NetworkConfig {
            embedding: 4,
            hidden: vec![16, 8],
            ..Default::default()
        },
        epochs: 2,
        batch: 128,
        ..Default::default()
    };
    let reading = LoadOptions {
        seed: options.seed,
        ..Default::default()
    };
    let schema = Schema::preset("amazon").unwrap();
    let data = load(log, "log.csv", &schema, reading).unwrap();
    let open = device::open("cpu").await.unwrap();
    let mut trainer = Trainer::new(data, options, &open.device, open.name).unwrap();
    trainer.next_event().await.unwrap();
    trainer.set_seconds(seconds);
    trainer.checkpoint().await.unwrap()
}

#[test]
fn the_seconds_of_a_run_that_goes_on_are_all_that_it_took() {
    let folder = with_log();
    let log = File::open(folder.path().join("log.csv")).unwrap();
    let written = pollster::block_on(checkpoint(log, 4000.0));
    fs::write(folder.path().join("m.checkpoint"), written).unwrap();
    ok(
        &folder,
        &format!("{TRAIN} --resume --out m --report report.json"),
    );
    let report = json(&fs::read(folder.path().join("report.json")).unwrap());
    let seconds = report["seconds"].as_f64().unwrap();
    assert!(seconds > 4000.0, "{seconds}");
}
