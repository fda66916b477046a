//! How a run begins and ends.

use std::sync::Arc;

use burn::tensor::Device;

use super::tests::{bytes, data, finish, trainer};
use super::{Event, TrainOptions, Trainer};
use crate::artifact::Artifact;
use crate::data::{Dataset, Part};
use crate::error::ErrorKind;
use crate::model::{MethodName, MethodSettings, Model, NetworkConfig};

fn options(method: MethodName) -> TrainOptions {
    TrainOptions {
        network: NetworkConfig {
            embedding: 4,
            hidden: vec![16, 8, 4],
            method: MethodSettings::default().method(method),
        },
        batch: 64,
        ..Default::default()
    }
}

fn file(trainer: &Trainer) -> Artifact {
    pollster::block_on(trainer.model().to_artifact()).unwrap()
}

/// The last event and the model's file.
fn run(data: &Arc<Dataset>, options: TrainOptions) -> (Event, Artifact) {
    let mut trainer = trainer(data, &options);
    let events = finish(&mut trainer);
    let last = events.last().unwrap().clone();
    (last, file(&trainer))
}

/// Of the method of the paper, and of one with running statistics, which are part of the weights.
#[test]
fn a_run_that_over_fits_stops_and_keeps_the_weights_of_its_best_epoch() {
    let data = data(600);
    for method in [MethodName::MiDpg, MethodName::Star] {
        let options = TrainOptions {
            lr: 5e-3,
            epochs: 50,
            patience: 1,
            ..options(method)
        };
        let (last, kept) = run(&data, options.clone());
        let Event::Done {
            epochs,
            best_epoch,
            stopped_early,
        } = last
        else {
            panic!("{last:?}");
        };
        assert!(stopped_early, "{method:?}");
        // It learned for a while, or the best weights might as well be the first.
        assert!(best_epoch > 1, "{method:?}: {best_epoch}");
        assert_eq!(epochs, best_epoch + 1, "{method:?}");
        let summary = kept.metadata.training;
        assert_eq!((summary.epochs, summary.best_epoch), (epochs, best_epoch));

        let shorter = TrainOptions {
            epochs: best_epoch,
            ..options
        };
        let (last, expected) = run(&data, shorter);
        let all = Event::Done {
            epochs: best_epoch,
            best_epoch,
            stopped_early: false,
        };
        assert_eq!(last, all, "{method:?}");
        assert!(kept.tensors == expected.tensors, "{method:?}");
        assert_eq!(summary.valid_auc, expected.metadata.training.valid_auc);
    }
}

#[test]
fn a_limit_of_steps_ends_a_run_early_in_its_last_epoch_too() {
    let data = data(300);
    for (max_steps, early) in [(Some(1), true), (Some(1000), false), (None, false)] {
        let options = TrainOptions {
            epochs: 1,
            batch: 64,
            max_steps,
            ..options(MethodName::Dnn)
        };
        let (last, _) = run(&data, options);
        let Event::Done { stopped_early, .. } = last else {
            panic!("{last:?}");
        };
        assert_eq!(stopped_early, early, "{max_steps:?}");
    }
}

#[test]
fn every_method_starts_at_the_log_odds_of_the_base_rate() {
    let data = data(600);
    let labels = data.columns.labels_of(&data.rows_of(Part::Train)).unwrap();
    let positives = labels.iter().filter(|&&label| label == 1.0).count();
    let negatives = labels.len() - positives;
    assert!(positives != negatives, "the log-odds are not 0");
    let log_odds = (positives as f64 / negatives as f64).ln() as f32;
    let scenarios = data.encoder.scenarios().len() - 2;
    for method in MethodName::ALL {
        let tensors = file(&trainer(&data, &options(method))).tensors;
        let names: Vec<String> = match method {
            MethodName::Ple => (0..scenarios)
                .map(|k| format!("towers.{k}.output.bias"))
                .collect(),
            MethodName::Star => vec!["layers.3.shared.bias".to_owned()],
            MethodName::Pepnet | MethodName::Adasparse => vec!["backbone.output.bias".to_owned()],
            _ => vec!["output.bias".to_owned()],
        };
        for name in names {
            let bias = &tensors[&name].data;
            assert_eq!(bias.len(), 1, "{method:?}");
            assert!((bias[0] - log_odds).abs() < 1e-6, "{method:?}: {bias:?}");
        }
    }
}

#[test]
fn a_warm_start_begins_where_the_model_ended() {
    let data = data(600);
    let options = options(MethodName::MiDpg);
    let mut first = trainer(&data, &options);
    finish(&mut first);
    let artifact = Artifact::from_bytes(&bytes(&first.model())).unwrap();
    let model = Model::from_artifact(artifact, &Device::flex()).unwrap();
    let rows = data.rows_of(Part::Test);
    let warm = Trainer::warm(
        data.clone(),
        options.clone(),
        &Device::flex(),
        "cpu",
        &model,
    )
    .unwrap();
    let scores =
        |model: &Model| pollster::block_on(model.probabilities(&data.columns, &rows)).unwrap();
    assert_eq!(scores(&warm.model()), scores(&model));
    let other = TrainOptions {
        network: NetworkConfig {
            hidden: vec![8],
            ..options.network.clone()
        },
        ..options
    };
    let error = Trainer::warm(data.clone(), other, &Device::flex(), "cpu", &model)
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn one_class_and_no_training_rows_are_told() {
    let mut one_class = (*data(200)).clone();
    one_class.columns.labels = Some(vec![1; one_class.columns.rows]);
    let mut no_rows = (*data(200)).clone();
    no_rows.parts.fill(Part::Test);
    for (data, said) in [(one_class, "positive"), (no_rows, "no rows")] {
        let error = Trainer::new(
            Arc::new(data),
            options(MethodName::Dpg),
            &Device::flex(),
            "cpu",
        )
        .err()
        .unwrap();
        assert_eq!(error.kind(), ErrorKind::Training);
        assert!(error.to_string().contains(said), "{error}");
    }
}
