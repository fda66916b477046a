//! What a training step costs as each of these grows by itself: the embedding table, the log, the scenarios, the batch and
//! the hidden layers.
//!
//! The trainers of one axis run in turns of a few steps, so that whatever else the machine does meets all of them; medians
//! are compared. MI-DPG with the default settings; users are spread evenly over their table, so that the largest is
//! touched everywhere.
//!
//!     cargo bench --bench growth -- [AXIS …]

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark stops where it fails"
)]

use std::fmt::Write;
use std::time::{Duration, Instant};

use burn::tensor::Device;
use mi_dpg::data::{Dataset, LoadOptions, load};
use mi_dpg::random::Stream;
use mi_dpg::schema::Schema;
use mi_dpg::train::{Event, TrainOptions, Trainer};
use rand::Rng;

const TURNS: usize = 20;
/// Rows that a turn trains on, at least.
const TURN: usize = 5120;

struct Case {
    /// Rows of the table of users.
    table: u32,
    /// Rows of the log.
    log: u32,
    scenarios: u32,
    batch: usize,
    hidden: Vec<usize>,
}

fn base() -> Case {
    Case {
        table: 100_000,
        log: 100_000,
        scenarios: 10,
        batch: 512,
        hidden: vec![128, 64, 32],
    }
}

impl Case {
    fn data(&self) -> Dataset {
        let schema = format!(
            r#"
[label]
column = "label"
positive = ["1"]
negative = ["0"]
[scenario]
field = "scenario"
[split]
kind = "hash"
valid = 0.01
test = 0.01
[[fields]]
name = "scenario"
kind = "categorical"
role = "scenario"
[[fields]]
name = "user"
kind = "categorical"
hash_buckets = {}
[[fields]]
name = "item"
kind = "categorical"
[[fields]]
name = "place"
kind = "categorical"
"#,
            self.table
        );
        let schema = Schema::parse(&schema, "growth").unwrap();
        let mut stream = Stream::new(1, "growth");
        let mut random = |below: u32| stream.rng().random_range(0..below);
        let mut csv = String::from("label,scenario,user,item,place\n");
        for _ in 0..self.log {
            let user = random(u32::MAX);
            let (scenario, item, place) = (random(self.scenarios), random(2000), random(50));
            let label = u32::from(random(10) < 3);
            writeln!(csv, "{label},{scenario},{user},{item},{place}").unwrap();
        }
        load(csv.as_bytes(), "growth", &schema, LoadOptions::default()).unwrap()
    }
}

struct Runner {
    name: String,
    batch: usize,
    trainer: Trainer,
    times: Vec<Duration>,
}

impl Runner {
    fn new(name: String, case: &Case) -> Self {
        let mut options = TrainOptions {
            epochs: 100_000,
            patience: 100_000,
            batch: case.batch,
            ..Default::default()
        };
        options.network.hidden.clone_from(&case.hidden);
        let data = std::sync::Arc::new(case.data());
        let trainer = Trainer::new(data, options, &Device::flex(), "cpu").unwrap();
        Self {
            name,
            batch: case.batch,
            trainer,
            times: Vec::new(),
        }
    }

    fn train(&mut self, least: usize) {
        let mut trained = 0;
        while trained < least {
            let start = Instant::now();
            let event = pollster::block_on(self.trainer.next_event()).unwrap();
            // Full batches only; validation and the last batch of an epoch are not steps' cost.
            if let Some(Event::Step { rows, .. }) = event
                && rows == self.batch
            {
                self.times.push(start.elapsed());
                trained += rows;
            }
        }
    }

    /// Of a step, in milliseconds.
    fn median(&mut self) -> f64 {
        self.times.sort_unstable();
        self.times[self.times.len() / 2].as_secs_f64() * 1e3
    }
}

fn axes() -> Vec<(&'static str, Vec<(String, Case)>)> {
    fn axis<T: ToString + Clone>(values: &[T], set: impl Fn(&mut Case, T)) -> Vec<(String, Case)> {
        let cell = |value: &T| {
            let mut case = base();
            set(&mut case, value.clone());
            (value.to_string(), case)
        };
        values.iter().map(cell).collect()
    }
    let widths = [32, 64, 128, 256, 512];
    vec![
        (
            "table",
            axis(&[10_000, 100_000, 1_000_000, 10_000_000], |case, table| {
                case.table = table;
            }),
        ),
        (
            "log",
            axis(&[20_000, 200_000, 1_000_000], |case, log| case.log = log),
        ),
        (
            "scenarios",
            axis(&[2, 10, 100, 1000], |case, scenarios| {
                case.scenarios = scenarios;
            }),
        ),
        (
            "batch",
            axis(&[128, 512, 2048, 8192], |case, batch| case.batch = batch),
        ),
        (
            "width",
            axis(&widths, |case, first| {
                case.hidden = vec![first, first / 2, first / 4];
            }),
        ),
    ]
}

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    println!("| axis | value | ms a step | µs a row | beside the first |");
    println!("|---|---|---|---|---|");
    for (axis, cells) in axes() {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == axis) {
            continue;
        }
        let logs: Vec<usize> = cells.iter().map(|(_, case)| case.log as usize).collect();
        let mut runners: Vec<Runner> = cells
            .into_iter()
            .map(|(name, case)| Runner::new(name, &case))
            .collect();
        for (runner, log) in runners.iter_mut().zip(logs) {
            // An epoch: what a row's first use costs, when its memory is taken, it costs once.
            runner.train(log * 9 / 10);
            runner.times.clear();
        }
        for _ in 0..TURNS {
            runners.iter_mut().for_each(|runner| runner.train(TURN));
        }
        let mut first = None;
        for runner in &mut runners {
            let step = runner.median();
            let row = step * 1e3 / runner.batch as f64;
            let ratio = row / *first.get_or_insert(row);
            let name = &runner.name;
            println!("| {axis} | {name} | {step:.2} | {row:.2} | {ratio:.2} |");
        }
    }
}
