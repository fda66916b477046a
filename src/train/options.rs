//! What a training run is asked to do.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::model::config::NetworkConfig;

/// Which validation metric decides which epoch's weights are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Select {
    /// The highest AUC; LogLoss where the validation part has one class only.
    Auc,
    /// The lowest LogLoss: on few validation rows it is much less noisy than AUC, so it is the default.
    Logloss,
}

/// The most epochs.
const MOST_EPOCHS: usize = 100_000;

/// The largest seed: every larger one is not a number to JavaScript.
const MOST_SEED: u64 = (1 << 53) - 1;

/// Settings of a run. With the data, the device and its threads they fix the result bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainOptions {
    /// The network.
    pub network: NetworkConfig,
    /// Most passes over the training part.
    pub epochs: usize,
    /// Epochs without a better validation metric before training stops.
    pub patience: usize,
    /// Rows a step; the paper's is 512.
    pub batch: usize,
    /// Adam's learning rate; the paper's is 1e-3.
    pub lr: f64,
    /// Seed of every random stream.
    pub seed: u64,
    /// Standard deviation of fresh embeddings.
    pub embedding_std: f32,
    /// Probability that a scenario-agnostic id is taken for out-of-vocabulary during training.
    pub oov_dropout: f32,
    /// What early stopping looks at.
    pub select: Select,
    /// Stops after this many steps, at least 1, for tests and demonstrations.
    pub max_steps: Option<u64>,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            network: NetworkConfig::default(),
            epochs: 20,
            patience: 3,
            batch: 512,
            lr: 1e-3,
            seed: 1,
            embedding_std: 0.01,
            oov_dropout: 0.1,
            select: Select::Logloss,
            max_steps: None,
        }
    }
}

impl TrainOptions {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], naming the flag to change.
    pub fn validate(&self) -> Result<()> {
        self.network.validate()?;
        let bad = |flag: &str, what: String| {
            Err(Error::new(ErrorKind::Config, what).hint(format!("change {flag}")))
        };
        if !(1..=MOST_EPOCHS).contains(&self.epochs) {
            return bad(
                "--epochs",
                format!("{} epochs are not in 1..={MOST_EPOCHS}", self.epochs),
            );
        }
        if self.seed > MOST_SEED {
            return bad(
                "--seed",
                format!("the seed {} is over {MOST_SEED}", self.seed),
            );
        }
        if self.patience == 0 {
            return bad(
                "--patience",
                "a patience of 0 would stop before the first epoch".into(),
            );
        }
        if !(2..=1 << 20).contains(&self.batch) {
            return bad(
                "--batch",
                format!("a batch of {} rows is not in 2..={}", self.batch, 1 << 20),
            );
        }
        if !(self.lr.is_finite() && self.lr > 0.0 && self.lr <= 1.0) {
            return bad(
                "--lr",
                format!("the learning rate {} is not in (0, 1]", self.lr),
            );
        }
        if !(self.embedding_std.is_finite() && self.embedding_std >= 0.0) {
            return bad(
                "--embedding-std",
                format!(
                    "the standard deviation {} is not a number of at least 0",
                    self.embedding_std
                ),
            );
        }
        if self.max_steps == Some(0) {
            return bad("--max-steps", "at most 0 steps train nothing".into());
        }
        if !(0.0..1.0).contains(&self.oov_dropout) {
            return bad(
                "--oov-dropout",
                format!("the probability {} is not in [0, 1)", self.oov_dropout),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_a_bad_setting_names_its_flag() {
        TrainOptions::default().validate().unwrap();
        for (options, flag) in [
            (
                TrainOptions {
                    epochs: 0,
                    ..Default::default()
                },
                "--epochs",
            ),
            (
                TrainOptions {
                    patience: 0,
                    ..Default::default()
                },
                "--patience",
            ),
            (
                TrainOptions {
                    batch: 1,
                    ..Default::default()
                },
                "--batch",
            ),
            (
                TrainOptions {
                    lr: f64::NAN,
                    ..Default::default()
                },
                "--lr",
            ),
            (
                TrainOptions {
                    max_steps: Some(0),
                    ..Default::default()
                },
                "--max-steps",
            ),
            (
                TrainOptions {
                    oov_dropout: 1.0,
                    ..Default::default()
                },
                "--oov-dropout",
            ),
        ] {
            assert!(options.validate().unwrap_err().to_string().contains(flag));
        }
        let endless = TrainOptions {
            epochs: 1_000_000,
            ..Default::default()
        };
        let error = endless.validate().unwrap_err().to_string();
        assert!(
            error.contains("1000000 epochs are not in 1..=100000"),
            "{error}"
        );
    }
}
