//! What a trainer tells while it runs.

use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// A batch was trained on.
    Step {
        /// Steps done, from 1.
        step: u64,
        /// Steps of the whole run if it is not stopped early.
        steps: u64,
        /// The current epoch, from 1.
        epoch: usize,
        /// Most epochs.
        epochs: usize,
        /// What was minimised: binary cross entropy, λ L_mi, and AdaSparse's penalty where it has one.
        loss: f32,
        /// Binary cross entropy of the batch.
        bce: f32,
        /// L_mi, mean over layers; `None` without the regulariser.
        mi: Option<f32>,
        /// Rows in the batch.
        rows: usize,
    },
    /// An epoch ended and was validated.
    Epoch {
        /// The epoch that ended, from 1.
        epoch: usize,
        /// Most epochs.
        epochs: usize,
        /// Mean loss of its steps.
        train_loss: f64,
        /// AUC on the validation part, where both classes occur.
        valid_auc: Option<f64>,
        /// LogLoss on the validation part, where it has rows.
        valid_logloss: Option<f64>,
        /// Whether this epoch is the best so far.
        best: bool,
        /// How far the regulariser got.
        mutual_information: Option<MutualInformation>,
        /// Spread of s between and within scenarios, one per modulated layer, on the validation part.
        variance: Vec<Spread>,
    },
    /// Training ended; the best weights are in place.
    Done {
        /// Epochs run.
        epochs: usize,
        /// The epoch whose weights were kept, from 1.
        best_epoch: usize,
        /// Whether training ended before the epochs did: patience ran out, or `max_steps` were made.
        stopped_early: bool,
    },
}

/// Where L_mi stands between independence and its floor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MutualInformation {
    /// L_mi, mean over the epoch's steps and layers.
    pub loss: f64,
    /// The least L_mi possible, from the shares of the distinct scenario-aware tuples.
    pub floor: f64,
    /// I_JSD = 2 log 2 − L_mi: 0 when S is independent of e.
    pub jsd: f64,
    /// (2 log 2 − L_mi) / (2 log 2 − floor): comparable between data sets.
    pub share: Option<f64>,
}

impl MutualInformation {
    /// From L_mi and its floor.
    pub fn new(loss: f64, floor: f64) -> Self {
        let independent = 2.0 * std::f64::consts::LN_2;
        let jsd = independent - loss;
        let span = independent - floor;
        Self {
            loss,
            floor,
            jsd,
            share: (span > 1e-9).then(|| jsd / span),
        }
    }
}

/// Spread of a layer's compact s, summed over its entries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Variance of the scenarios' means, weighted by their rows.
    pub between: f64,
    /// Mean variance within a scenario.
    pub within: f64,
}

impl Spread {
    /// between / within; `None` where nothing varies within.
    pub fn ratio(&self) -> Option<f64> {
        (self.within > 0.0).then(|| self.between / self.within)
    }
}
