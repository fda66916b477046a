//! A few steps of training, a model file and a prediction, on any device.

use std::sync::Arc;

use burn::tensor::Device;
use mi_dpg::artifact::Artifact;
use mi_dpg::data::synth::{Effect, Preset, SynthOptions, dataset};
use mi_dpg::data::{Dataset, Part};
use mi_dpg::explain::explain;
use mi_dpg::model::{
    AdaSparseConfig, ApgCondition, ApgConfig, Method, Model, MutualInformationConfig,
    NetworkConfig, PepNetConfig, PleConfig, PruningForm, StarConfig, Variant, WeightingConfig,
};
#[cfg(feature = "webgpu")]
use mi_dpg::train::device::OpenDevice;
use mi_dpg::train::{Event, TrainOptions, Trainer};

/// Generated advertising rows, loaded.
pub(crate) fn data(rows: u64) -> Arc<Dataset> {
    data_of(Preset::Ads, rows)
}

fn data_of(preset: Preset, rows: u64) -> Arc<Dataset> {
    let options = SynthOptions {
        preset,
        rows,
        seed: 3,
        effect: Effect::Modulated,
        truth: false,
    };
    dataset(&options).unwrap().into()
}

/// MI-DPG in every variant.
pub(crate) fn weighted() -> Vec<Method> {
    [Variant::Non, Variant::Rc, Variant::R, Variant::C]
        .map(mi_dpg)
        .into()
}

/// MI-DPG of `variant`, with small blocks.
pub(crate) fn mi_dpg(variant: Variant) -> Method {
    Method::MiDpg {
        weighting: WeightingConfig {
            variant,
            dr_div: 4,
            dc_div: 4,
            ..Default::default()
        },
        mutual_information: MutualInformationConfig {
            rank: 4,
            ..Default::default()
        },
    }
}

/// The baselines, in the forms that differ most.
pub(crate) fn baselines() -> Vec<Method> {
    let pruned = AdaSparseConfig {
        form: PruningForm::Binarisation,
        prune_input: true,
        ..Default::default()
    };
    let over = ApgConfig {
        condition: ApgCondition::Mix,
        over: Some(8),
        ..Default::default()
    };
    vec![
        Method::Dnn,
        Method::Ple(PleConfig {
            levels: 1,
            ..Default::default()
        }),
        Method::Star(StarConfig::default()),
        Method::PepNet(PepNetConfig::default()),
        Method::AdaSparse(AdaSparseConfig::default()),
        Method::AdaSparse(pruned),
        Method::Apg(ApgConfig::default()),
        Method::Apg(over),
    ]
}

/// A small network of `method` for `steps` steps.
pub(crate) fn options(method: Method, steps: u64) -> TrainOptions {
    TrainOptions {
        network: NetworkConfig {
            embedding: 4,
            // More than a tile of the GPU's kernels, and not a whole number of them.
            hidden: vec![24, 8],
            method,
        },
        batch: 32,
        max_steps: Some(steps),
        ..Default::default()
    }
}

/// All events of a run.
pub(crate) async fn run(trainer: &mut Trainer) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(event) = trainer.next_event().await.unwrap() {
        events.push(event);
    }
    events
}

/// Trains, saves, loads, predicts and, where there are weighting matrices, explains.
pub(crate) async fn check_round_trip(device: &Device, name: &str, method: Method, steps: u64) {
    let data = data(300);
    let mut trainer =
        Trainer::new(data.clone(), options(method.clone(), steps), device, name).unwrap();
    let events = run(&mut trainer).await;
    let losses: Vec<f32> = events
        .iter()
        .filter_map(|e| {
            if let Event::Step { loss, .. } = e {
                Some(*loss)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(losses.len() as u64, steps);
    assert!(
        losses.iter().all(|loss| loss.is_finite()),
        "{method:?}: {losses:?}"
    );
    assert!(matches!(events.last(), Some(Event::Done { .. })));

    let model = trainer.model();
    let rows = data.rows_of(Part::Test);
    let before = model.probabilities(&data.columns, &rows).await.unwrap();
    assert!(before.iter().all(|p| (0.0..=1.0).contains(p)));
    let bytes = model.to_artifact().await.unwrap().to_bytes().unwrap();
    let loaded = Model::from_artifact(Artifact::from_bytes(&bytes).unwrap(), device).unwrap();
    let after = loaded.probabilities(&data.columns, &rows).await.unwrap();
    for (a, b) in before.iter().zip(&after) {
        assert!((a - b).abs() <= 1e-6, "{method:?}: {a} {b}");
    }
    if method.weighting().is_none() {
        return;
    }
    let explanation = explain(&loaded, &data, &rows).await.unwrap();
    assert_eq!(explanation.layers.len(), 2);
    for layer in &explanation.layers {
        for mean in &layer.mean {
            assert_eq!(mean.len(), layer.shape.len());
            assert!(mean.iter().all(|s| (0.0..=1.0).contains(s)));
        }
    }
}

/// Trains on `device` and on the CPU: the same losses and predictions but for rounding.
#[cfg(feature = "webgpu")]
pub(crate) async fn check_same_as_cpu(
    device: &OpenDevice,
    preset: Preset,
    method: Method,
    steps: u64,
) {
    let data = data_of(preset, 300);
    let rows = data.rows_of(Part::Test);
    let cpu = mi_dpg::train::device::open("cpu").await.unwrap();
    let mut outcomes = Vec::new();
    for OpenDevice { device, name, .. } in [&cpu, device] {
        let options = options(method.clone(), steps);
        let mut trainer = Trainer::new(data.clone(), options, device, name).unwrap();
        // On a GPU the last step then comes alone.
        trainer.read_every(2);
        let losses: Vec<f32> = run(&mut trainer)
            .await
            .into_iter()
            .filter_map(|event| match event {
                Event::Step { loss, .. } => Some(loss),
                _ => None,
            })
            .collect();
        let model = trainer.model();
        let probabilities = model.probabilities(&data.columns, &rows).await.unwrap();
        outcomes.push((losses, probabilities));
    }
    let (losses, probabilities) = &outcomes[0];
    for (what, cpu, other) in [
        ("loss", losses, &outcomes[1].0),
        ("probability", probabilities, &outcomes[1].1),
    ] {
        assert_eq!(cpu.len(), other.len());
        for (a, b) in cpu.iter().zip(other) {
            assert!((a - b).abs() <= 1e-3, "{method:?}, {what}: {a} {b}");
        }
    }
}
