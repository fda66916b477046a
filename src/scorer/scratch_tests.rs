//! Memory that is used again, and no more of it.

use std::sync::Arc;

use burn::tensor::Device;

use super::*;
use crate::data::Dataset;
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};
use crate::model::{Method, MethodName, MethodSettings};
use crate::train::{TrainOptions, Trainer};

fn data() -> Arc<Dataset> {
    let options = SynthOptions {
        preset: Preset::Amazon,
        rows: 4 * CHUNK as u64,
        seed: 1,
        effect: Effect::None,
        truth: false,
    };
    dataset(&options).unwrap().into()
}

/// A scorer of fresh weights.
fn scorer(data: &Arc<Dataset>, method: Method) -> Scorer {
    let network = NetworkConfig {
        embedding: 4,
        hidden: vec![8, 6, 4],
        method,
    };
    let options = TrainOptions {
        network,
        ..Default::default()
    };
    let trainer = Trainer::new(Arc::clone(data), options, &Device::flex(), "cpu").unwrap();
    let artifact = pollster::block_on(trainer.model().to_artifact()).unwrap();
    Scorer::new(artifact).unwrap()
}

#[test]
fn a_call_leaves_as_many_buffers_as_the_one_before() {
    let data = data();
    let one_level = MethodSettings {
        levels: Some(1),
        ..Default::default()
    };
    let methods = MethodName::ALL.map(|name| MethodSettings::default().method(name));
    for method in methods
        .into_iter()
        .chain([one_level.method(MethodName::Ple)])
    {
        let scorer = scorer(&data, method.clone());
        let mut scratch = Scratch::default();
        let mut held = |rows: &[u32]| {
            let mut out = vec![0.0; rows.len()];
            scorer.score(&data.columns, rows, &mut out, &mut scratch);
            scratch.held()
        };
        let rows: Vec<u32> = (0..CHUNK as u32).collect();
        for rows in [&rows[..], &rows[..1]] {
            let once = held(rows);
            assert_eq!(held(rows), once, "{method:?}, {} rows", rows.len());
        }
    }
}

#[test]
fn the_matrices_of_many_rows_need_no_more_to_work_in_than_those_of_a_chunk() {
    let data = data();
    let scorer = scorer(&data, MethodSettings::default().method(MethodName::Dpg));
    let held = |rows: usize| {
        let rows: Vec<u32> = (0..rows as u32).collect();
        let (columns, rows) = (&data.columns, rows.as_slice());
        let mut scratch = Scratch::default();
        let s = scorer.weighting_all(&Selected { columns, rows }, &mut scratch);
        assert_eq!(s[0].len(), rows.len() * scorer.block_shapes()[0].len());
        scratch.held()
    };
    assert_eq!(held(4 * CHUNK), held(CHUNK));
}
