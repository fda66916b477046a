//! The scorer against the Burn model, on random weights of every method.

use burn::tensor::Device;

use super::{CHUNK, Scorer, Scratch};
use crate::artifact::{Artifact, FORMAT, Metadata, TensorValue, TrainingSummary};
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};
use crate::data::{Dataset, FieldColumn, MISSING, UNKNOWN};
use crate::model::{
    AdaSparseConfig, ApgCondition, ApgConfig, Condition, Embeddings, Method, Model,
    MutualInformationConfig, NetworkConfig, PepNetConfig, PleConfig, PruningForm, StarConfig,
    Variant, WeightingConfig, shapes,
};
use crate::random::Stream;

fn data(preset: Preset) -> Dataset {
    let options = SynthOptions {
        preset,
        rows: 2 * CHUNK as u64 + 37,
        seed: 3,
        effect: Effect::Modulated,
        truth: false,
    };
    let mut data = dataset(&options).unwrap();
    // Rows of an unknown and of a missing scenario.
    let field = data.encoder.scenario_field();
    for (row, id) in [(1, UNKNOWN), (5, MISSING), (300, UNKNOWN)] {
        data.columns.scenario[row] = id;
        if let FieldColumn::Ids(ids) = &mut data.columns.fields[field] {
            ids[row] = id;
        }
    }
    data
}

fn artifact(data: &Dataset, method: Method, hidden: &[usize], seed: u64) -> Artifact {
    let config = NetworkConfig {
        embedding: 4,
        hidden: hidden.to_vec(),
        method,
    }
    .frozen();
    config.validate().unwrap();
    let mut random = Stream::new(seed, "tensors");
    let fields = data.encoder.fields();
    let shapes = shapes::tensors(&config, fields);
    let mut tensors = Embeddings::init(fields, 4, 0.8, seed).tensors(fields);
    for (name, shape) in shapes {
        let count = shape.iter().product();
        let fan_in = shape.get(1).copied().unwrap_or(4).max(1);
        let mut data = random.normal(count, 1.0 / (fan_in as f32).sqrt());
        if name.ends_with("variance") || name.ends_with("batches") || name == "alpha" {
            data.iter_mut().for_each(|x| *x = x.abs() + 0.1);
        }
        tensors.insert(name, TensorValue { shape, data });
    }
    let summary = TrainingSummary {
        data_sha256: String::new(),
        rows: 1,
        valid_rows: 1,
        seed,
        device: "cpu".to_owned(),
        epochs: 1,
        best_epoch: 1,
        valid_auc: None,
        valid_logloss: None,
        base_rate: 0.1,
    };
    Artifact {
        metadata: Metadata {
            format: FORMAT,
            crate_version: String::new(),
            network: config,
            encoder: (*data.encoder).clone(),
            training: summary,
        },
        tensors,
    }
}

fn methods() -> Vec<Method> {
    let mut methods = vec![Method::Dnn];
    for (levels, specific, shared) in [(1, 1, 1), (2, 1, 1), (2, 2, 3), (1, 2, 0)] {
        methods.push(Method::Ple(PleConfig {
            levels,
            specific,
            shared,
        }));
    }
    methods.push(Method::Star(StarConfig::default()));
    for (epnet, ppnet, gate_first_input) in [
        (true, true, true),
        (true, false, true),
        (false, true, false),
    ] {
        methods.push(Method::PepNet(PepNetConfig {
            epnet,
            ppnet,
            gate_first_input,
            gamma: 1.5,
        }));
    }
    for form in [
        PruningForm::Binarisation,
        PruningForm::Scaling,
        PruningForm::Fusion,
    ] {
        methods.push(Method::AdaSparse(AdaSparseConfig {
            form,
            prune_input: form != PruningForm::Scaling,
            ..Default::default()
        }));
    }
    for condition in [ApgCondition::Group, ApgCondition::Mix, ApgCondition::Own] {
        for generated_bias in [true, false] {
            methods.push(Method::Apg(ApgConfig {
                condition,
                generated_bias,
                rank_div: 3,
                ..Default::default()
            }));
        }
    }
    for variant in [Variant::Non, Variant::Rc, Variant::R, Variant::C] {
        for condition in [Condition::Input, Condition::Scenario] {
            methods.push(Method::Dpg {
                weighting: WeightingConfig {
                    variant,
                    condition,
                    dk: 2,
                    dr_div: 3,
                    dc_div: 2,
                    gate_scale: 2.0,
                },
            });
        }
    }
    methods.push(Method::MiDpg {
        weighting: WeightingConfig::default(),
        mutual_information: MutualInformationConfig::default(),
    });
    methods
}

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
        for size in [1, 2, 3, 5, 100] {
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
