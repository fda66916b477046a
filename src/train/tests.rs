//! The trainer as a whole.

use std::sync::Arc;

use burn::tensor::Device;

use super::checkpoint::KEY;
use super::*;
use crate::artifact::{Container, write};
use crate::data::synth::{Effect, Preset, SynthOptions, dataset};
use crate::data::{Dataset, Part};
use crate::error::ErrorKind;
use crate::model::{
    AdaSparseConfig, Method, Model, MutualInformationConfig, NetworkConfig, StarConfig,
    WeightingConfig,
};

pub(super) fn data(rows: u64) -> Arc<Dataset> {
    let options = SynthOptions {
        preset: Preset::Ads,
        rows,
        seed: 7,
        effect: Effect::Modulated,
        truth: false,
    };
    dataset(&options).unwrap().into()
}

fn options(lambda: Option<f32>) -> TrainOptions {
    let weighting = WeightingConfig {
        dr_div: 4,
        dc_div: 4,
        ..Default::default()
    };
    let method = match lambda {
        Some(lambda) => Method::MiDpg {
            weighting,
            mutual_information: MutualInformationConfig {
                lambda,
                ..Default::default()
            },
        },
        None => Method::Dpg { weighting },
    };
    TrainOptions {
        network: NetworkConfig {
            embedding: 4,
            hidden: vec![16, 8],
            method,
        },
        batch: 64,
        epochs: 2,
        ..Default::default()
    }
}

pub(super) fn trainer(data: &Arc<Dataset>, options: &TrainOptions) -> Trainer {
    Trainer::new(data.clone(), options.clone(), &Device::flex(), "cpu").unwrap()
}

pub(super) fn finish(trainer: &mut Trainer) -> Vec<Event> {
    trainer.events().collect::<crate::Result<_>>().unwrap()
}

pub(super) fn bytes(model: &Model) -> Vec<u8> {
    pollster::block_on(model.to_artifact())
        .unwrap()
        .to_bytes()
        .unwrap()
}

#[test]
fn the_same_seed_gives_the_same_model_bit_for_bit_and_another_does_not() {
    let data = data(600);
    let run = |seed| {
        let mut trainer = trainer(
            &data,
            &TrainOptions {
                seed,
                ..options(Some(1.0))
            },
        );
        finish(&mut trainer);
        bytes(&trainer.model())
    };
    let first = run(1);
    assert!(first == run(1), "the same seed");
    assert!(first != run(2), "another seed");
}

#[test]
fn the_loss_falls_and_the_events_tell_the_whole_run() {
    let data = data(2000);
    let mut trainer = trainer(
        &data,
        &TrainOptions {
            epochs: 3,
            lr: 5e-3,
            ..options(Some(1.0))
        },
    );
    let events = finish(&mut trainer);
    let per_epoch = data.rows_of(Part::Train).len().div_ceil(64);
    let steps: Vec<(u64, u64)> = events
        .iter()
        .filter_map(|e| {
            if let Event::Step { step, steps, .. } = e {
                Some((*step, *steps))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(steps.len(), 3 * per_epoch);
    assert!(
        steps
            .iter()
            .enumerate()
            .all(|(i, &(step, total))| step == i as u64 + 1 && total == steps.len() as u64)
    );
    let epochs: Vec<f64> = events
        .iter()
        .filter_map(|e| {
            if let Event::Epoch { train_loss, .. } = e {
                Some(*train_loss)
            } else {
                None
            }
        })
        .collect();
    assert!(epochs[2] < epochs[0], "{epochs:?}");
    let mi = events.iter().find_map(|e| {
        if let Event::Epoch {
            mutual_information, ..
        } = e
        {
            *mutual_information
        } else {
            None
        }
    });
    let mi = mi.unwrap();
    // The estimate of the first epoch is the mean of what its steps told.
    let told = events.iter().filter_map(|e| match e {
        Event::Step { mi, .. } => mi.map(f64::from),
        _ => None,
    });
    let of_steps = told.take(per_epoch).map(|mi| 2.0 * 2.0_f64.ln() - mi);
    let jsd = of_steps.sum::<f64>() / per_epoch as f64;
    assert!((mi.jsd - jsd).abs() < 1e-9, "{} {jsd}", mi.jsd);
    assert!(mi.floor < mi.loss, "{mi:?}");
    assert!(matches!(
        events.last(),
        Some(Event::Done {
            epochs: 3,
            stopped_early: false,
            ..
        })
    ));
}

#[test]
fn a_checkpoint_continues_bit_for_bit_from_any_event() {
    let mi_dpg = TrainOptions {
        epochs: 3,
        ..options(Some(1.0))
    };
    // After no event, in an epoch, at its last step, after it, and in the next.
    continues_from(&mi_dpg, &[0, 3, 8, 9, 12]);
}

/// Running statistics and the ramp's state are part of a checkpoint.
#[test]
fn what_is_gathered_while_training_survives_a_checkpoint() {
    for method in [
        Method::Star(StarConfig::default()),
        Method::AdaSparse(AdaSparseConfig::default()),
    ] {
        let mut options = options(None);
        options.network.method = method;
        continues_from(&options, &[3, 12]);
    }
}

fn continues_from(options: &TrainOptions, stops: &[usize]) {
    let data = data(600);
    let mut whole = trainer(&data, options);
    let expected = (finish(&mut whole), bytes(&whole.model()));
    for &stop in stops {
        let mut first = trainer(&data, options);
        let mut events: Vec<Event> = first
            .events()
            .take(stop)
            .collect::<crate::Result<_>>()
            .unwrap();
        let checkpoint = pollster::block_on(first.checkpoint()).unwrap();
        drop(first);
        let mut second = Trainer::resume(
            data.clone(),
            options.clone(),
            &Device::flex(),
            "cpu",
            &checkpoint,
        )
        .unwrap();
        events.extend(finish(&mut second));
        let name = options.network.method.name();
        assert_eq!(events, expected.0, "{name}, stopped after {stop}");
        assert!(
            bytes(&second.model()) == expected.1,
            "{name}, stopped after {stop}"
        );
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let data = data(300);
    let options = options(None);
    let checkpoint = pollster::block_on(trainer(&data, &options).checkpoint()).unwrap();
    let resume = |data: &Arc<Dataset>, options: &TrainOptions, bytes: &[u8]| {
        Trainer::resume(data.clone(), options.clone(), &Device::flex(), "cpu", bytes)
            .err()
            .map(|e| e.kind())
    };
    assert_eq!(resume(&data, &options, &checkpoint), None);
    let other = TrainOptions {
        seed: 9,
        ..options.clone()
    };
    assert_eq!(resume(&data, &other, &checkpoint), Some(ErrorKind::Config));
    assert_eq!(
        resume(&self::data(301), &options, &checkpoint),
        Some(ErrorKind::Config)
    );
    // The same file, of which other rows train.
    let mut cut = (*data).clone();
    let test = cut.parts.iter().position(|part| *part == Part::Test);
    cut.parts[test.unwrap()] = Part::Train;
    assert_eq!(
        resume(&Arc::new(cut), &options, &checkpoint),
        Some(ErrorKind::Config)
    );
    assert_eq!(
        resume(&data, &options, &checkpoint[..checkpoint.len() - 1]),
        Some(ErrorKind::ModelFile)
    );
    assert_eq!(resume(&data, &options, b""), Some(ErrorKind::ModelFile));
}

#[test]
fn a_checkpoint_that_stands_where_no_run_does_is_refused() {
    let data = data(300);
    let options = options(None);
    let mut run = trainer(&data, &options);
    pollster::block_on(run.next_event()).unwrap();
    let checkpoint = pollster::block_on(run.checkpoint()).unwrap();
    let container = Container::open(&checkpoint, KEY, "checkpoint").unwrap();
    let resume = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut document = serde_json::from_str(&container.document).unwrap();
        change(&mut document);
        let tensors = container.read().unwrap();
        let bytes = write(KEY, document.to_string(), &tensors).unwrap();
        let device = Device::flex();
        let resumed = Trainer::resume(data.clone(), options.clone(), &device, "cpu", &bytes);
        resumed.err().map(|error| error.kind())
    };
    assert_eq!(resume(&|_| ()), None);
    let most = u64::MAX;
    for (place, value) in [
        ("/progress/step", most),
        ("/progress/epochs_done", 3),
        ("/progress/epochs_done", most),
        ("/progress/since_best", most),
        ("/progress/position", most),
        ("/dense_steps", most),
        ("/lazy_steps", 2),
    ] {
        let change = |document: &mut serde_json::Value| {
            *document.pointer_mut(place).unwrap() = value.into();
        };
        assert_eq!(
            resume(&change),
            Some(ErrorKind::ModelFile),
            "{place} {value}"
        );
    }
}

/// λ = 0 leaves the network exactly what DPG makes of it.
#[test]
fn lambda_zero_is_dpg() {
    let data = data(600);
    let scores = |options: &TrainOptions| {
        let mut trainer = trainer(&data, options);
        finish(&mut trainer);
        let rows = data.rows_of(Part::Test);
        pollster::block_on(trainer.model().probabilities(&data.columns, &rows)).unwrap()
    };
    assert_eq!(scores(&options(Some(0.0))), scores(&options(None)));
}

/// The regulariser alone pulls the scenarios' matrices apart: the sign is right.
#[test]
fn the_regulariser_raises_the_variance_between_scenarios_over_that_within() {
    let data = data(3000);
    let ratio = |lambda| {
        let options = TrainOptions {
            epochs: 4,
            patience: 4,
            lr: 1e-2,
            embedding_std: 0.3,
            ..options(Some(lambda))
        };
        let events = finish(&mut trainer(&data, &options));
        let last = events.iter().rev().find_map(|e| {
            if let Event::Epoch { variance, .. } = e {
                Some(variance.clone())
            } else {
                None
            }
        });
        last.unwrap()[0].ratio().unwrap()
    };
    let (with, without) = (ratio(10.0), ratio(0.0));
    assert!(with > 2.0 * without, "{with} {without}");
}
