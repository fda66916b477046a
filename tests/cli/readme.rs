//! The README's examples: its lines of command run, its lines of Rust compile and run.

use std::error::Error;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{files, midpg, with_model};

const README: &str = include_str!("../../README.md");

/// The lines under the heading `## name`, up to the next one.
fn section(name: &str) -> impl Iterator<Item = &'static str> {
    let lines = README
        .lines()
        .skip_while(move |line| line.strip_prefix("## ") != Some(name));
    lines.skip(1).take_while(|line| !line.starts_with("## "))
}

/// `line` on fewer rows and with a smaller network, so that it takes no time: what the README asks for in the place of
/// these is not tested.
fn smaller(line: &str) -> String {
    let mut line = line
        .replace("--rows 20000", "--rows 600")
        .replace("--trials 3", "--trials 1");
    let trains = ["train ", "compare ", "sweep "]
        .iter()
        .any(|command| line.starts_with(command));
    for more in ["--epochs 1", "--hidden 8,4", "--embedding 2", "--batch 256"] {
        let flag = more.split(' ').next().unwrap_or_default();
        if trains && !line.contains(flag) {
            line = format!("{line} {more}");
        }
    }
    line
}

#[test]
fn the_minute_of_command_line_runs() {
    let folder = TempDir::new().unwrap();
    let lines: Vec<&str> = section("One minute of command line")
        .filter_map(|line| line.strip_prefix("    $midpg "))
        .collect();
    assert!(
        lines.len() > 5,
        "the README has its lines no more: {lines:?}"
    );
    for line in lines {
        midpg(&folder, &smaller(line)).assert().success();
    }
    let left = [
        "compared",
        "explained",
        "log.csv",
        "model.onnx",
        "model.safetensors",
        "report.json",
        "scores.csv",
        "small.safetensors",
        "swept",
    ];
    assert_eq!(files(&folder), left);
}

/// The README's lines as they stand there, in a function of what they take as given; the model is in a folder of the test's.
#[rustfmt::skip]
fn lines_of_rust(model: &Path, ids: Vec<u32>) -> Result<[f32; 2], Box<dyn Error>> {
    use mi_dpg::scorer::{Ids, Scorer, Scratch};

    let scorer = Scorer::load(&std::fs::read(model)?)?; // any of the eight methods, without Burn
    let mut scores = [0.0; 2];
    let rows = Ids { ids: &ids, offsets: &[], dense: &[], rows: 2 }; // ids by the scorer's own vocabularies
    scorer.score_ids(rows, &mut scores, &mut Scratch::default())?;
    Ok(scores)
}

#[test]
fn the_lines_of_rust_are_those_above_and_run() {
    let lines: Vec<String> = section("A few lines of Rust")
        .skip_while(|line| *line != "```rust")
        .skip(1)
        .take_while(|line| *line != "```")
        .map(
            |line| match line.replace("\"model.safetensors\"", "model") {
                line if line.is_empty() => line,
                line => format!("    {line}"),
            },
        )
        .collect();
    assert!(lines.len() > 3, "the README has its lines no more");
    let lines = lines.join("\n");
    assert!(
        include_str!("readme.rs").contains(&lines),
        "the README has\n{lines}"
    );

    let folder = with_model();
    let model = folder.path().join("model.safetensors");
    let fields = mi_dpg::scorer::Scorer::load(&fs::read(&model).unwrap())
        .unwrap()
        .encoder()
        .fields()
        .len();
    let scores = lines_of_rust(&model, vec![1; 2 * fields]).unwrap();
    assert!(scores[0] == scores[1] && scores[0] > 0.0 && scores[0] < 1.0);
}
