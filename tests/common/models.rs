//! Models of every method with random weights.
#![allow(
    dead_code,
    reason = "not every test that includes this file uses all of it"
)]
#![allow(clippy::unwrap_used, reason = "a test")]

use mi_dpg::artifact::{Artifact, FORMAT, Metadata, TensorValue, TrainingSummary};
use mi_dpg::data::synth::{Effect, Preset, SynthOptions, dataset};
use mi_dpg::data::{Dataset, FieldColumn, MISSING, UNKNOWN};
use mi_dpg::model::{
    AdaSparseConfig, ApgCondition, ApgConfig, Condition, Embeddings, Method,
    MutualInformationConfig, NetworkConfig, PepNetConfig, PleConfig, PruningForm, StarConfig,
    Variant, WeightingConfig, shapes,
};
use mi_dpg::random::Stream;
use mi_dpg::scorer::CHUNK;

/// Some rows of a preset, more than two chunks of the scorer, with unknown and missing scenarios among them.
pub(crate) fn data(preset: Preset) -> Dataset {
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

/// A model file's content with random weights.
pub(crate) fn artifact(data: &Dataset, method: Method, hidden: &[usize], seed: u64) -> Artifact {
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

/// The methods in all their settings.
pub(crate) fn methods() -> Vec<Method> {
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
    // A file may hold the factors of training, although ours have them multiplied out.
    methods.push(Method::Apg(ApgConfig {
        over: Some(9),
        rank_div: 3,
        ..Default::default()
    }));
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
