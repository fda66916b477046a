//! A trial and what came out of it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::metrics::Report;
use crate::train::{Select, TrainOptions};

/// One training run of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Everything that fixes the run, its seed included.
    pub options: TrainOptions,
    /// Whether the test part is measured at the end; not while settings are still being chosen.
    pub measured: bool,
}

/// What came out of a trial; one line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// [`Trial::key`].
    pub key: String,
    /// The epoch whose weights were kept, from 1.
    pub best_epoch: usize,
    /// Epochs run.
    pub epochs: usize,
    /// AUC of the kept weights on the validation part.
    pub valid_auc: Option<f64>,
    /// LogLoss of the kept weights on the validation part.
    pub valid_logloss: Option<f64>,
    /// Wall-clock time of the trial.
    pub seconds: f64,
    /// The test part's figures, where it is measured.
    pub report: Option<Report>,
}

impl Trial {
    /// What tells the trial from every other: a hash over the data (`data` names the file's content, the
    /// schema and the split) and all settings.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when the settings do not serialise (a number that is not finite).
    pub fn key(&self, data: &str, device: &str) -> Result<String> {
        #[derive(Serialize)]
        struct Identity<'a> {
            version: &'a str,
            data: &'a str,
            device: &'a str,
            options: &'a TrainOptions,
            measured: bool,
        }
        let identity = Identity {
            version: env!("CARGO_PKG_VERSION"),
            data,
            device,
            options: &self.options,
            measured: self.measured,
        };
        let json = serde_json::to_vec(&identity)
            .map_err(|error| Error::new(ErrorKind::Config, error.to_string()))?;
        let digest = Sha256::digest(&json);
        Ok(digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }
}

impl Outcome {
    /// What the choice between settings looks at; larger is better. As in a run, LogLoss decides where the validation
    /// part has one class only: it then has so for all trials.
    pub fn validation(&self, select: Select) -> Option<f64> {
        let by_logloss = self.valid_logloss.map(|loss| -loss);
        match select {
            Select::Auc => self.valid_auc.or(by_logloss),
            Select::Logloss => by_logloss,
        }
    }
}
