//! Model files, good and bad.

use std::collections::BTreeMap;

use burn::tensor::Device;

use super::*;
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};
use crate::model::{
    AdaSparseConfig, ApgCondition, ApgConfig, Condition, Method, Model, MutualInformationConfig,
    Network, NetworkConfig, PepNetConfig, PleConfig, StarConfig, Variant, WeightingConfig,
    parameters,
};
use crate::random::Stream;
use crate::scorer::Scorer;
use crate::train::{TrainOptions, Trainer};

fn artifact(method: Method) -> Artifact {
    artifact_of(NetworkConfig {
        embedding: 3,
        hidden: vec![6, 5],
        method,
    })
}

fn artifact_of(network: NetworkConfig) -> Artifact {
    let options = SynthOptions {
        preset: Preset::Ads,
        rows: 200,
        seed: 5,
        effect: Effect::None,
        truth: false,
    };
    let data = dataset(&options).unwrap();
    let options = TrainOptions {
        network,
        ..Default::default()
    };
    let trainer = Trainer::new(std::sync::Arc::new(data), options, &Device::flex(), "cpu").unwrap();
    pollster::block_on(trainer.model().to_artifact()).unwrap()
}

fn dpg(variant: Variant) -> Method {
    Method::Dpg {
        weighting: WeightingConfig {
            variant,
            dk: 2,
            dr_div: 2,
            dc_div: 3,
            ..Default::default()
        },
    }
}

fn refused(bytes: &[u8]) -> String {
    let error = Artifact::from_bytes(bytes).expect_err("the file is bad");
    assert_eq!(error.kind(), ErrorKind::ModelFile, "{error}");
    assert_eq!(error.to_string().lines().count(), 1);
    error.to_string()
}

#[test]
fn every_method_survives_and_gives_the_same_bytes() {
    let mi = Method::MiDpg {
        weighting: WeightingConfig::default(),
        mutual_information: MutualInformationConfig::default(),
    };
    for method in [
        Method::Dnn,
        dpg(Variant::Non),
        dpg(Variant::Rc),
        dpg(Variant::R),
        dpg(Variant::C),
        mi,
    ] {
        let artifact = artifact(method);
        let bytes = artifact.to_bytes().unwrap();
        let read = Artifact::from_bytes(&bytes).unwrap();
        assert_eq!(read.tensors, artifact.tensors);
        let model = Model::from_artifact(read, &Device::flex()).unwrap();
        let again = pollster::block_on(model.to_artifact()).unwrap();
        assert!(again.to_bytes().unwrap() == bytes);
    }
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let bytes = artifact(dpg(Variant::R)).to_bytes().unwrap();
    for end in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        refused(&bytes[..end]);
    }
}

#[test]
fn a_flipped_byte_never_panics() {
    let bytes = artifact(dpg(Variant::R)).to_bytes().unwrap();
    for position in (0..bytes.len()).step_by(61) {
        let mut bad = bytes.clone();
        bad[position] ^= 0xff;
        // A value may still be a number; everything else is refused.
        if let Ok(artifact) = Artifact::from_bytes(&bad) {
            Model::from_artifact(artifact, &Device::flex()).unwrap();
        }
    }
}

#[test]
fn renamed_missing_misshapen_and_foreign_tensors_are_named() {
    let good = artifact(dpg(Variant::R));
    let with = |change: &dyn Fn(&mut BTreeMap<String, TensorValue>)| {
        let mut bad = good.clone();
        change(&mut bad.tensors);
        // What would read it finds out before it computes with it, too.
        if bad.check().is_err() {
            assert!(Scorer::new(bad.clone()).is_err());
            assert!(Model::from_artifact(bad.clone(), &Device::flex()).is_err());
        }
        refused(&write(KEY, bad.document(PLAIN).unwrap(), &bad.tensors).unwrap())
    };
    let renamed = with(&|t| {
        let value = t.remove("output.weight").unwrap();
        t.insert("output.heavy".into(), value);
    });
    assert!(renamed.contains("output.weight is missing"), "{renamed}");
    let foreign = with(&|t| {
        t.insert(
            "spy".into(),
            TensorValue {
                shape: vec![1],
                data: vec![0.0],
            },
        );
    });
    assert!(foreign.contains("spy does not belong"), "{foreign}");
    let misshapen = with(&|t| t.get_mut("output.bias").unwrap().shape = vec![1, 1]);
    assert!(
        misshapen.contains("output.bias has shape [1, 1], expected [1]"),
        "{misshapen}"
    );
    let poisoned = with(&|t| t.get_mut("output.bias").unwrap().data = vec![f32::NAN]);
    assert!(poisoned.contains("NaN"), "{poisoned}");
}

#[test]
fn what_was_put_together_wrongly_is_an_error_and_no_panic() {
    let good = artifact(dpg(Variant::Rc));
    good.check().unwrap();
    let refused = |change: &dyn Fn(&mut Artifact)| {
        let mut bad = good.clone();
        change(&mut bad);
        let error = bad.check().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelFile);
        assert!(Scorer::new(bad.clone()).is_err());
        assert!(Model::from_artifact(bad, &Device::flex()).is_err());
        error.to_string()
    };
    let weight = "layers.0.weight";
    let short = refused(&|a| a.tensors.get_mut(weight).unwrap().data.truncate(3));
    assert!(short.contains(weight), "{short}");
    let turned = refused(&|a| a.tensors.get_mut(weight).unwrap().shape.reverse());
    assert!(turned.contains("expected"), "{turned}");
    let other = refused(&|a| a.metadata.network.hidden = vec![6]);
    assert!(other.contains("output.weight"), "{other}");
    let wrong = refused(&|a| a.metadata.network.hidden.clear());
    assert!(wrong.contains("hidden layers"), "{wrong}");
}

#[test]
fn values_that_no_reader_takes_are_not_written() {
    for value in [f32::NAN, f32::INFINITY] {
        let mut diverged = artifact(Method::Dnn);
        diverged.tensors.get_mut("output.bias").unwrap().data = vec![value];
        for bytes in [diverged.to_bytes(), diverged.to_quantised_bytes()] {
            let error = bytes.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ModelFile);
            let said = error.to_string();
            assert!(
                said.contains("output.bias") && said.contains("--lr"),
                "{said}"
            );
        }
    }
}

#[test]
fn discriminators_that_are_not_in_the_file_are_not_made() {
    // Gigabytes, were they.
    let mut hostile = artifact_of(NetworkConfig {
        embedding: 16,
        hidden: vec![64],
        method: Method::MiDpg {
            weighting: WeightingConfig {
                variant: Variant::Non,
                ..Default::default()
            },
            mutual_information: MutualInformationConfig::default(),
        },
    });
    let Method::MiDpg {
        mutual_information, ..
    } = &mut hostile.metadata.network.method
    else {
        panic!("another method");
    };
    mutual_information.rank = 1 << 15;
    let read = Artifact::from_bytes(&hostile.to_bytes().unwrap()).unwrap();
    let model = Model::from_artifact(read, &Device::flex()).unwrap();
    assert_eq!(*model.config(), hostile.metadata.network);
}

#[test]
fn a_hostile_document_is_refused_before_anything_is_allocated() {
    let good = artifact(Method::Dnn);
    let document = serde_json::to_value(&good.metadata).unwrap();
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut document = document.clone();
        change(&mut document);
        refused(&write(KEY, document.to_string(), &good.tensors).unwrap())
    };
    assert!(with(&|d| d["format"] = 999.into()).contains("format 999"));
    assert!(with(&|d| d["format"] = 0.into()).contains("format 0"));
    with(&|d| d["network"]["hidden"] = serde_json::json!([1_000_000_000_000_u64]));
    with(&|d| d["network"]["hidden"] = serde_json::json!([32768, 32768, 32768]));
    with(&|d| d["network"]["embedding"] = 4096.into());
    with(&|d| d["network"]["method"]["name"] = "unheard-of".into());
    with(&|d| d["encoder"] = serde_json::Value::Null);
    assert!(refused(&write("other", "{}".into(), &good.tensors).unwrap()).contains("mi-dpg"));
    assert!(refused(b"PK\x03\x04 a zip archive, renamed").contains("not a mi-dpg model file"));
    assert!(refused(b"").contains("not a mi-dpg model file"));
}

/// What the reader checks against is what the networks have.
#[test]
fn the_shapes_are_those_of_the_networks() {
    for method in methods() {
        let config = NetworkConfig {
            embedding: 3,
            hidden: vec![7, 5, 4],
            method,
        };
        config.validate().unwrap();
        let layout = InputLayout {
            priors: vec![3..5, 5..6],
            ..InputLayout::of_widths(11, 3, 2)
        };
        let mut random = Stream::new(1, "test");
        let network = Network::init(&config, &layout, &mut random, &Device::flex());
        let tensors = pollster::block_on(parameters::read(&network)).unwrap();
        let found: BTreeMap<String, Vec<usize>> = tensors
            .into_iter()
            .map(|(name, t)| (name, t.shape))
            .collect();
        let list = shapes::of_layout(&config, &layout);
        assert_eq!(shapes::count(&list), parameters::count(&network));
        let expected: BTreeMap<_, _> = list.into_iter().collect();
        assert_eq!(found, expected, "{:?}", config.method);
    }
}

fn methods() -> Vec<Method> {
    let mut methods = vec![
        Method::Dnn,
        Method::Ple(PleConfig {
            specific: 2,
            ..Default::default()
        }),
        Method::Ple(PleConfig {
            levels: 1,
            shared: 0,
            ..Default::default()
        }),
        Method::Star(StarConfig::default()),
        Method::PepNet(PepNetConfig::default()),
        Method::PepNet(PepNetConfig {
            epnet: false,
            gate_first_input: false,
            ..Default::default()
        }),
        Method::AdaSparse(AdaSparseConfig {
            prune_input: true,
            ..Default::default()
        }),
    ];
    for condition in [ApgCondition::Group, ApgCondition::Mix, ApgCondition::Own] {
        for (over, generated_bias) in [(None, true), (Some(6), false)] {
            methods.push(Method::Apg(ApgConfig {
                condition,
                over,
                generated_bias,
                ..Default::default()
            }));
        }
    }
    for variant in [Variant::Non, Variant::Rc, Variant::R, Variant::C] {
        for condition in [Condition::Input, Condition::Scenario] {
            methods.push(Method::MiDpg {
                weighting: WeightingConfig {
                    variant,
                    condition,
                    dk: 2,
                    dr_div: 3,
                    dc_div: 2,
                    ..Default::default()
                },
                mutual_information: MutualInformationConfig::default(),
            });
        }
    }
    methods
}

#[test]
fn the_small_form_is_near_and_says_its_version() {
    let artifact = artifact(dpg(Variant::R));
    let bytes = artifact.to_quantised_bytes().unwrap();
    assert!(bytes.len() < artifact.to_bytes().unwrap().len());
    let read = Artifact::from_bytes(&bytes).unwrap();
    assert_eq!(read.metadata.format, 2);
    assert_eq!(
        read.tensors.keys().collect::<Vec<_>>(),
        artifact.tensors.keys().collect::<Vec<_>>()
    );
    for (name, tensor) in &artifact.tensors {
        let near = &read.tensors[name];
        assert_eq!(near.shape, tensor.shape);
        let columns = tensor.shape.last().copied().unwrap_or(1);
        let rows = tensor.data.chunks(columns).zip(near.data.chunks(columns));
        for (row, near) in rows {
            let largest = row.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
            for (x, near) in row.iter().zip(near) {
                let bound = if name.starts_with("embedding.") {
                    x.abs() / 2048.0 + 1e-7
                } else {
                    largest / 254.0 * 1.001
                };
                assert!((x - near).abs() <= bound, "{name}: {x} {near}");
            }
        }
    }
    // What was made small once stays as it is.
    assert!(read.to_quantised_bytes().unwrap() == bytes);
}

#[test]
fn integers_without_their_scales_are_refused() {
    let bytes = artifact(Method::Dnn).to_quantised_bytes().unwrap();
    let text = "layers.0.weight.int8_scale";
    let place = bytes
        .windows(text.len())
        .position(|w| w == text.as_bytes())
        .unwrap();
    let mut other = bytes.clone();
    other[place + text.len() - 1] = b'f';
    assert!(refused(&other).contains("layers.0.weight.int8_scalf"));
}
