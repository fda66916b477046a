//! The flags of a training run that every command with training has.

use clap::Args;

use crate::error::{Error, ErrorKind, Result};
use crate::model::NetworkConfig;
use crate::train::device::{self, OpenDevice};
use crate::train::{Select, TrainOptions};

#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub(super) struct Fitting {
    /// Most passes over the training rows
    #[arg(long, default_value_t = TrainOptions::default().epochs)]
    epochs: usize,
    /// Epochs without a better validation metric before training stops
    #[arg(long, default_value_t = TrainOptions::default().patience)]
    patience: usize,
    /// Which validation metric that is
    #[arg(long, value_enum, default_value = "logloss")]
    select: SelectName,
    /// Rows a step
    #[arg(long, default_value_t = TrainOptions::default().batch)]
    batch: usize,
    /// Adam's learning rate
    #[arg(long, default_value_t = TrainOptions::default().lr)]
    lr: f64,
    /// Seed of everything random
    #[arg(long, default_value_t = TrainOptions::default().seed)]
    pub(super) seed: u64,
    /// Standard deviation of fresh embeddings [default: 0.01]
    #[arg(long)]
    pub(super) embedding_std: Option<f32>,
    /// Probability that an id of a field without the role scenario is taken for unknown while training
    #[arg(long, default_value_t = TrainOptions::default().oov_dropout)]
    oov_dropout: f32,
    /// CPU threads [default: all]
    #[arg(long)]
    threads: Option<usize>,
    /// auto, cpu, ndarray or webgpu
    #[arg(long, default_value = "auto")]
    device: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SelectName {
    /// The highest AUC
    Auc,
    /// The lowest LogLoss
    Logloss,
}

impl Fitting {
    /// The options of a run of `network`.
    pub(super) fn options(&self, network: NetworkConfig) -> TrainOptions {
        let default = TrainOptions::default();
        TrainOptions {
            network,
            epochs: self.epochs,
            patience: self.patience,
            batch: self.batch,
            lr: self.lr,
            seed: self.seed,
            embedding_std: self.embedding_std.unwrap_or(default.embedding_std),
            oov_dropout: self.oov_dropout,
            select: match self.select {
                SelectName::Auc => Select::Auc,
                SelectName::Logloss => Select::Logloss,
            },
            max_steps: None,
        }
    }

    /// Sets the threads and opens the device.
    pub(super) fn open(&self) -> Result<OpenDevice> {
        threads(self.threads)?;
        pollster::block_on(device::open(&self.device))
    }
}

/// More than any machine has use for.
#[cfg(feature = "parallel")]
const MOST_THREADS: usize = 1024;

#[cfg(feature = "parallel")]
fn threads(count: Option<usize>) -> Result<()> {
    let Some(count) = count else { return Ok(()) };
    if !(1..=MOST_THREADS).contains(&count) {
        let message = format!("--threads is {count}; it must be 1 to {MOST_THREADS}");
        return Err(Error::new(ErrorKind::Config, message).hint("change --threads"));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build_global()
        .map_err(|error| Error::new(ErrorKind::Config, format!("--threads {count}: {error}")))
}

#[cfg(not(feature = "parallel"))]
fn threads(count: Option<usize>) -> Result<()> {
    match count {
        None | Some(1) => Ok(()),
        Some(_) => Err(Error::new(ErrorKind::Config, "this build has no threads")
            .hint("build with the feature `parallel`")),
    }
}
