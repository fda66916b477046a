//! The C library: its header is current, and a C program that knows only the header gets our scores.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "common/models.rs"]
mod models;

use std::path::PathBuf;
use std::process::Command;

use mi_dpg::data::FieldColumn;
use mi_dpg::data::synth::Preset;
use mi_dpg::model::{Method, WeightingConfig};
use mi_dpg::scorer::Scorer;

const HEADER: &str = "include/midpg.h";

/// `UPDATE_HEADER=1 cargo test --test capi --features capi` writes it.
#[test]
fn the_header_is_that_of_the_source() {
    let config = cbindgen::Config {
        language: cbindgen::Language::C,
        include_guard: Some("MIDPG_H".to_owned()),
        cpp_compat: true,
        usize_is_size_t: true,
        documentation_style: cbindgen::DocumentationStyle::C99,
        header: Some(
            "/* The C library of mi-dpg. Made by cbindgen from src/capi.rs: change that. */"
                .to_owned(),
        ),
        ..Default::default()
    };
    let made = cbindgen::Builder::new()
        .with_config(config)
        .with_src("src/capi.rs")
        .generate()
        .unwrap();
    let mut text = Vec::new();
    made.write(&mut text);
    let text = String::from_utf8(text).unwrap();
    if std::env::var_os("UPDATE_HEADER").is_some() {
        std::fs::write(HEADER, &text).unwrap();
    }
    let there = std::fs::read_to_string(HEADER).unwrap();
    assert_eq!(there, text, "run the command in the comment of this test");
}

/// The folder of the test's own executable has the library, too.
fn library() -> PathBuf {
    let folder = std::env::current_exe().unwrap();
    let folder = folder.parent().unwrap().to_owned();
    assert!(folder.join("libmi_dpg.so").exists() || folder.join("libmi_dpg.dylib").exists());
    folder
}

#[test]
fn a_c_program_gets_the_same_scores() {
    if Command::new("cc").arg("--version").output().is_err() {
        println!("skipped: there is no C compiler called cc");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let data = models::data(Preset::Amazon);
    let method = Method::Dpg {
        weighting: WeightingConfig::default(),
    };
    let artifact = models::artifact(&data, method, &[24, 16, 8], 7);
    std::fs::write(at("model.safetensors"), artifact.to_bytes().unwrap()).unwrap();

    let library = library();
    let built = Command::new("cc")
        .args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-Iinclude"])
        .arg("tests/capi/score.c")
        .arg("-o")
        .arg(at("score"))
        .arg(format!("-L{}", library.display()))
        .arg(format!("-Wl,-rpath,{}", library.display()))
        .arg("-lmi_dpg")
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );

    // The ids of three rows, on the command line.
    let rows = [0_usize, 1, 300];
    let mut args = Vec::new();
    for row in rows {
        for column in &data.columns.fields {
            let FieldColumn::Ids(ids) = column else {
                panic!("the preset has single-valued fields only");
            };
            args.push(ids[row].to_string());
        }
    }
    let ran = Command::new(at("score"))
        .arg(at("model.safetensors"))
        .arg(rows.len().to_string())
        .args(args)
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(
        ran.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let lines: Vec<&str> = text.lines().collect();
    let scorer = Scorer::new(artifact).unwrap();
    let expected = scorer.probabilities(&data.columns, &rows.map(|row| row as u32));
    for (line, expected) in lines.iter().zip(&expected) {
        let got: f32 = line.strip_prefix("score ").unwrap().parse().unwrap();
        assert_eq!(got, *expected, "scores of ids are the same to the bit");
    }
    let s = scorer.weighting(&data.columns, &[0]);
    assert_eq!(lines[3], format!("s {:.6}", s[0][0]));
    assert_eq!(
        lines[4],
        format!("columns {}", scorer.encoder().columns().len())
    );
    // A row of missing values is scored, and what is wrong is said.
    assert!(lines[5].starts_with("missing 0."), "{text}");
    assert!(lines[6].contains("is not below"), "{text}");
    assert_eq!(lines[7], "error: the scorer is NULL");
    assert!(lines[8].contains("mi-dpg model file"), "{text}");
    assert_eq!(lines.len(), 9, "{text}");
}
