//! What our kernels are worth: beside the same layers composed of Burn's operations, and beside the plain network.
//!
//! Everything runs in turns, so that whatever else the machine does meets all of it; the medians are compared.
//!
//!     RAYON_NUM_THREADS=1 cargo bench --bench kernels

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark stops where it fails"
)]

use std::hint::black_box;
use std::time::Instant;

use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use mi_dpg::data::Dataset;
use mi_dpg::data::synth::{Effect, Preset, SynthOptions, dataset};
use mi_dpg::model::dpg::ModulatedLinear;
use mi_dpg::model::linear::Linear;
use mi_dpg::model::{Method, MethodName, MethodSettings, Model, NetworkConfig, WeightingConfig};
use mi_dpg::random::Stream;
use mi_dpg::scorer::{Scorer, Scratch};
use mi_dpg::train::{TrainOptions, Trainer};

// The command's allocator: the C library's would be half of what is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TURNS: usize = 60;
const BATCH: usize = 512;
const AWARE: usize = 16;

/// Milliseconds of each piece of work: the median over turns.
fn medians(work: &mut [Box<dyn FnMut() + '_>]) -> Vec<f64> {
    let mut times = vec![Vec::new(); work.len()];
    for turn in 0..=TURNS {
        for (run, times) in work.iter_mut().zip(&mut times) {
            let start = Instant::now();
            run();
            if turn > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect()
}

fn tensor(random: &mut Stream, width: usize, device: &Device) -> Tensor<2> {
    let values = random.normal(BATCH * width, 1.0);
    Tensor::from_data(TensorData::new(values, [BATCH, width]), device)
}

/// Forward and backward of the three hidden layers, weighting and all.
fn training(name: &str, input: usize, dc_div: &[usize], dr_div: usize) {
    let device = Device::flex().autodiff();
    let mut random = Stream::new(1, "bench");
    let widths = [input, 128, 64, 32];
    let layers: Vec<ModulatedLinear> = widths
        .windows(2)
        .zip(dc_div)
        .map(|(w, &dc_div)| {
            let config = WeightingConfig {
                dr_div,
                dc_div,
                ..Default::default()
            };
            ModulatedLinear::init((w[0], w[1]), AWARE, &config, &mut random, &device)
        })
        .collect();
    let plain: Vec<Linear> = widths
        .windows(2)
        .map(|w| Linear::init(w[0], w[1], &mut random, &device))
        .collect();
    let x = tensor(&mut random, input, &device);
    let e = tensor(&mut random, AWARE, &device);
    let run = |forward: &dyn Fn(&ModulatedLinear, Tensor<2>, Tensor<3>) -> Tensor<2>| {
        let x = x.clone().require_grad();
        let mut h = x.clone();
        for layer in &layers {
            let s = layer.weighting(e.clone(), h.clone());
            h = forward(layer, h, s);
        }
        black_box(x.grad(&h.sum().backward()).unwrap());
    };
    let times = medians(&mut [
        Box::new(|| run(&|layer, h, s| layer.activate(h, s))),
        Box::new(|| run(&|layer, h, s| relu(layer.forward(h, s)))),
        Box::new(|| {
            let x = x.clone().require_grad();
            let h = plain.iter().fold(x.clone(), |h, l| relu(l.forward(h)));
            black_box(x.grad(&h.sum().backward()).unwrap());
        }),
    ]);
    println!(
        "{name:<26} {:>8.3} {:>10.3} {:>8.3} {:>16.2} {:>14.2}",
        times[0],
        times[1],
        times[2],
        times[1] / times[0],
        times[0] / times[2]
    );
}

fn log() -> Dataset {
    let options = SynthOptions {
        preset: Preset::Amazon,
        rows: 20_000,
        seed: 1,
        effect: Effect::Modulated,
        truth: false,
    };
    dataset(&options).unwrap()
}

fn scoring(data: &std::sync::Arc<Dataset>, method: Method) {
    let name = method.name();
    let options = TrainOptions {
        network: NetworkConfig {
            method,
            ..Default::default()
        },
        ..Default::default()
    };
    let trainer = Trainer::new(data.clone(), options, &Device::flex(), "cpu").unwrap();
    let artifact = pollster::block_on(trainer.model().to_artifact()).unwrap();
    let scorer = Scorer::new(artifact.clone()).unwrap();
    let model = Model::from_artifact(artifact, &Device::flex()).unwrap();
    for batch in [1, 512, 8192] {
        let rows: Vec<u32> = (0..batch as u32).collect();
        let mut out = vec![0.0; batch];
        let mut scratch = Scratch::default();
        // A single row is too short to be timed by itself.
        let times = if batch == 1 { 50 } else { 1 };
        let medians = medians(&mut [
            Box::new(|| {
                for _ in 0..times {
                    scorer.score(&data.columns, &rows, &mut out, &mut scratch);
                }
            }),
            Box::new(|| {
                for _ in 0..times {
                    black_box(
                        pollster::block_on(model.probabilities(&data.columns, &rows)).unwrap(),
                    );
                }
            }),
        ]);
        let each = |ms: f64| ms * 1e3 / times as f64;
        println!(
            "{name:<10} {batch:>6} {:>12.1} {:>12.1} {:>8.1} {:>12.0}",
            each(medians[0]),
            each(medians[1]),
            medians[1] / medians[0],
            batch as f64 / each(medians[0]) * 1e6
        );
    }
}

fn main() {
    println!("training: three hidden layers, {BATCH} rows, forward and backward, milliseconds");
    println!(
        "{:<26} {:>8} {:>10} {:>8} {:>16} {:>14}",
        "network", "ours", "composed", "plain", "composed / ours", "ours / plain"
    );
    training("D: 160, s = 1/8 x 1/8", 160, &[8, 8, 8], 8);
    // d_c = 4 in every layer.
    training("P: 96, s = 1/4 x 4", 96, &[24, 32, 16], 4);
    println!();
    println!("scoring, embedding look-ups included, microseconds");
    println!(
        "{:<10} {:>6} {:>12} {:>12} {:>8} {:>12}",
        "method", "rows", "scorer", "burn", "ratio", "rows/s"
    );
    let data = std::sync::Arc::new(log());
    for method in MethodName::ALL {
        scoring(&data, MethodSettings::default().method(method));
    }
}
