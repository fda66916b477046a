//! Files of every method through the reader and the scorer, whole and broken; without Burn, so that an interpreter that
//! watches memory can run it too.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "common/instruction_sets.rs"]
mod instruction_sets;
#[path = "common/models.rs"]
mod models;

use mi_dpg::ErrorKind;
use mi_dpg::artifact::Artifact;
use mi_dpg::data::{Dataset, LoadOptions, load};
use mi_dpg::model::Method;
use mi_dpg::schema::Schema;
use mi_dpg::scorer::Scorer;
use models::{artifact, methods};

/// The places of a file that are tried.
fn places(file: &[u8]) -> impl Iterator<Item = usize> {
    (0..file.len()).step_by(if cfg!(miri) { file.len() / 3 } else { 7 })
}

fn some_methods() -> Vec<Method> {
    let step = if cfg!(miri) { 16 } else { 1 };
    methods().into_iter().rev().step_by(step).collect()
}

const HEADER: [&str; 4] = ["scenario", "tags", "price", "thing"];

/// The probabilities of some rows as the broken file's own encoder reads them; `None` where it wants other columns
/// or cells.
fn score(scorer: &Scorer) -> Option<Vec<f32>> {
    let mut encoder = scorer.encoder().bind(&HEADER).ok()?;
    let mut columns = encoder.columns();
    for row in [
        ["a", "x;y", "3.5", "t1"],
        ["c", "", "10.5", "t6"],
        ["none", "y", "", "t9"],
    ] {
        let cells = row.map(|cell| (!cell.is_empty()).then_some(cell));
        encoder.push(&cells[..], &mut columns).ok()?;
    }
    Some(scorer.probabilities(&columns, &[0, 1, 2]))
}

/// A few rows with a field of each kind.
fn data() -> Dataset {
    let schema = r#"
        [format]
        [label]
        column = "label"
        positive = ["1"]
        negative = ["0"]
        [scenario]
        field = "scenario"
        [split]
        kind = "hash"
        valid = 0.1
        test = 0.1
        [[fields]]
        name = "scenario"
        kind = "categorical"
        role = "scenario"
        [[fields]]
        name = "tags"
        kind = "multi"
        separator = ";"
        [[fields]]
        name = "price"
        kind = "numeric"
        standardise = true
        [[fields]]
        name = "thing"
        kind = "categorical""#;
    let mut log = format!("{},label\n", HEADER.join(","));
    for i in 0..if cfg!(miri) { 20 } else { 200 } {
        let (scenario, label) = (["a", "b", "c"][i % 3], i % 4 / 3);
        let tags = ["", "x", "x;y"][i % 5 % 3];
        log += &format!("{scenario},{tags},{}.5,t{},{label}\n", i % 11, i % 7);
    }
    let schema = Schema::parse(schema, "schema").unwrap();
    load(log.as_bytes(), "log", &schema, LoadOptions::default()).unwrap()
}

#[test]
fn what_was_written_is_read_and_scores_the_same_bits() {
    instruction_sets::take_asked();
    let data = data();
    let all: Vec<u32> = (0..data.columns.rows as u32).collect();
    for method in some_methods() {
        let file = artifact(&data, method.clone(), &[5, 4, 3], 11);
        let bytes = file.to_bytes().unwrap();
        assert_eq!(
            Artifact::from_bytes(&bytes).unwrap().to_bytes().unwrap(),
            bytes
        );
        let read = Scorer::load(&bytes)
            .unwrap()
            .probabilities(&data.columns, &all);
        let kept = Scorer::new(file.clone())
            .unwrap()
            .probabilities(&data.columns, &all);
        assert_eq!(read, kept, "{method:?}");
        assert!(read.iter().all(|p| (0.0..=1.0).contains(p)), "{method:?}");
        let small = Scorer::load(&file.to_quantised_bytes().unwrap())
            .unwrap()
            .probabilities(&data.columns, &all);
        let apart = read.iter().zip(&small).map(|(a, b)| (a - b).abs());
        let mean = apart.sum::<f32>() / all.len() as f32;
        assert!(mean < 0.01, "{method:?}: {mean}");
    }
}

#[test]
fn broken_files_are_refused_or_score() {
    instruction_sets::take_asked();
    let data = data();
    for quantised in [false, true] {
        let file = artifact(&data, Method::Dnn, &[5, 4, 3], 12);
        let bytes = if quantised {
            file.to_quantised_bytes()
        } else {
            file.to_bytes()
        }
        .unwrap();
        for end in places(&bytes) {
            let error = Scorer::load(&bytes[..end]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ModelFile, "{error}");
        }
        let (mut broken, mut scored) = (bytes.clone(), 0);
        for place in places(&bytes) {
            broken[place] ^= 1 << (place % 8);
            // A changed weight or word of the document: what is read can be used.
            if let Ok(scorer) = Scorer::load(&broken)
                && let Some(probabilities) = score(&scorer)
            {
                assert_eq!(probabilities.len(), 3);
                let sound = probabilities.iter().all(|p| (0.0..=1.0).contains(p));
                assert!(sound, "byte {place}: {probabilities:?}");
                scored += 1;
            }
            broken[place] = bytes[place];
        }
        // Of the three places that an interpreter tries all may be such that are refused.
        assert!(scored > 0 || cfg!(miri), "every broken file was refused");
    }
}
