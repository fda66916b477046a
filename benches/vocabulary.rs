//! Does a training step cost more when the vocabulary is a hundred times larger?
//!
//! Two trainers, on Amazon logs with about ten thousand and about a million users, run in turns of a
//! few steps, so that whatever else the machine does meets both; the medians are compared.
//!
//!     cargo bench --bench vocabulary -- [ROWS_OF_THE_LARGE_LOG]

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark stops where it fails"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use mi_dpg::data::Dataset;
use mi_dpg::data::synth::{Effect, Preset, SynthOptions, dataset};
use mi_dpg::train::{Event, TrainOptions, Trainer};

const TURNS: usize = 40;
const STEPS: usize = 10;

fn data(rows: u64) -> Arc<Dataset> {
    let options = SynthOptions {
        preset: Preset::Amazon,
        rows,
        seed: 1,
        effect: Effect::Modulated,
        truth: false,
    };
    dataset(&options).unwrap().into()
}

struct Runner {
    name: String,
    trainer: Trainer,
    times: Vec<Duration>,
}

impl Runner {
    fn new(rows: u64) -> Self {
        let data = data(rows);
        let users = data
            .encoder
            .fields()
            .iter()
            .find(|f| f.name() == "user_id")
            .unwrap()
            .size();
        let options = TrainOptions {
            epochs: 1000,
            patience: 1000,
            ..Default::default()
        };
        let trainer = Trainer::new(data, options, &Device::flex(), "cpu").unwrap();
        Self {
            name: format!("{users} users"),
            trainer,
            times: Vec::new(),
        }
    }

    fn turn(&mut self) {
        let mut steps = 0;
        while steps < STEPS {
            let start = Instant::now();
            let event = pollster::block_on(self.trainer.next_event()).unwrap();
            // A full batch only; validation and the last batch of an epoch are not steps' cost.
            if let Some(Event::Step { rows: 512, .. }) = event {
                self.times.push(start.elapsed());
                steps += 1;
            }
        }
    }

    fn median(&mut self) -> f64 {
        self.times.sort_unstable();
        self.times[self.times.len() / 2].as_secs_f64() * 1e3
    }
}

fn main() {
    let rows = std::env::args()
        .skip(1)
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(1_292_954);
    let mut small = Runner::new(11_200);
    let mut large = Runner::new(rows);
    small.turn();
    large.turn();
    small.times.clear();
    large.times.clear();
    for _ in 0..TURNS {
        small.turn();
        large.turn();
    }
    let (a, b) = (small.median(), large.median());
    println!(
        "median step of 512 rows over {} steps each, in turns of {STEPS}:",
        TURNS * STEPS
    );
    println!("  {:>16}: {a:.3} ms", small.name);
    println!("  {:>16}: {b:.3} ms", large.name);
    println!("  ratio {:.3}", b / a);
}
