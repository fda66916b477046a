//! The scorer against the Burn model, on random weights of every method.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "common/models.rs"]
mod models;

use burn::tensor::Device;
use mi_dpg::artifact::Artifact;
use mi_dpg::data::Dataset;
use mi_dpg::data::synth::Preset;
use mi_dpg::model::Model;
use mi_dpg::scorer::{Scorer, Scratch};
use models::{artifact, data, methods};

fn compare(data: &Dataset, artifact: Artifact) {
    let name = format!("{:?}", artifact.metadata.network.method);
    let scorer = Scorer::new(artifact.clone()).unwrap();
    let model = Model::from_artifact(artifact, &Device::flex()).unwrap();
    let rows: Vec<u32> = (0..data.columns.rows as u32).rev().collect();
    let expected = pollster::block_on(model.probabilities(&data.columns, &rows)).unwrap();
    let got = scorer.probabilities(&data.columns, &rows);
    for (row, (got, expected)) in got.iter().zip(&expected).enumerate() {
        assert!(
            (got - expected).abs() <= 1e-5,
            "{name}, row {row}: {got} {expected}"
        );
    }
    // The weights are such that probabilities differ: a scorer that ignores its input would be seen.
    let spread =
        expected.iter().copied().fold(0.0, f32::max) - expected.iter().copied().fold(1.0, f32::min);
    assert!(spread > 1e-3, "{name}: {spread}");

    // One row by itself, and none.
    let mut scratch = Scratch::default();
    for (place, row) in [(3, rows[3]), (rows.len() - 2, 1)] {
        let mut one = [0.0];
        scorer.score(&data.columns, &[row], &mut one, &mut scratch);
        assert!(
            (one[0] - expected[place]).abs() <= 1e-5,
            "{name}, row {row}"
        );
    }
    assert!(scorer.probabilities(&data.columns, &[]).is_empty());

    // The matrices.
    let shapes = scorer.block_shapes();
    let s = scorer.weighting(&data.columns, &rows);
    let mut expected = vec![Vec::new(); shapes.len()];
    pollster::block_on(model.explain_rows(&data.columns, &rows, |chunk| {
        for (all, s) in expected.iter_mut().zip(chunk.weighting) {
            all.extend(s);
        }
        Ok(())
    }))
    .unwrap();
    for ((s, expected), shape) in s.iter().zip(&expected).zip(&shapes) {
        assert_eq!(s.len(), rows.len() * shape.len());
        for (got, expected) in s.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-5, "{name}: {got} {expected}");
        }
    }
}

#[test]
fn every_method_scores_as_its_burn_model() {
    let data = data(Preset::Amazon);
    for method in methods() {
        compare(&data, artifact(&data, method, &[24, 16, 8], 7));
    }
}

#[test]
fn ragged_widths_bags_and_dense_values_too() {
    let data = data(Preset::Iaac);
    for method in methods() {
        compare(&data, artifact(&data, method, &[13, 7, 5], 8));
    }
}

#[test]
fn a_file_that_is_none_is_an_error() {
    assert!(Scorer::load(b"no model").is_err());
}

#[test]
fn rows_of_any_number_give_the_same_bits() {
    // A row's probability may not depend on which rows are scored with it: scores must not change with the batch.
    let data = data(Preset::Iaac);
    let rows: Vec<u32> = (0..data.columns.rows as u32).collect();
    let score = |scorer: &Scorer, rows: &[u32]| {
        let mut out = vec![0.0; rows.len()];
        scorer.score(&data.columns, rows, &mut out, &mut Scratch::default());
        out
    };
    for method in methods() {
        let scorer = Scorer::new(artifact(&data, method.clone(), &[24, 13, 8], 9)).unwrap();
        let all = score(&scorer, &rows);
        for size in [1, 2, 3, 5, 11, 100] {
            for (rows, expected) in rows.chunks(size).zip(all.chunks(size)).take(12) {
                assert_eq!(
                    score(&scorer, rows),
                    expected,
                    "{method:?} in chunks of {size}"
                );
            }
        }
    }
}

#[test]
fn the_small_form_of_a_file_changes_probabilities_little() {
    // Random weights are wider than trained ones; docs/model-file.md has what was measured on those.
    for (preset, hidden) in [(Preset::Amazon, [24, 16, 8]), (Preset::Iaac, [13, 7, 5])] {
        let data = data(preset);
        let rows: Vec<u32> = (0..data.columns.rows as u32).collect();
        for method in methods() {
            let file = artifact(&data, method.clone(), &hidden, 10);
            let small = Scorer::load(&file.to_quantised_bytes().unwrap()).unwrap();
            let exact = Scorer::new(file)
                .unwrap()
                .probabilities(&data.columns, &rows);
            let near = small.probabilities(&data.columns, &rows);
            let mean = exact
                .iter()
                .zip(&near)
                .map(|(a, b)| (a - b).abs())
                .sum::<f32>()
                / rows.len() as f32;
            assert!(mean < 0.01, "{method:?}: {mean}");
        }
    }
}
