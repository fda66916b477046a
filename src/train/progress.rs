//! Where a run stands: with its streams, all that a checkpoint says of it beside the weights.

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Steps done.
    pub(super) step: u64,
    /// Epochs ended.
    pub(super) epochs_done: usize,
    /// Rows of the current epoch that have been trained on.
    pub(super) position: usize,
    /// Epochs since the best one.
    pub(super) since_best: usize,
    /// Sums over the current epoch's steps.
    pub(super) sums: Sums,
    pub(super) phase: Phase,
}

impl Progress {
    /// Before the first step.
    pub(super) fn begin() -> Self {
        Self {
            step: 0,
            epochs_done: 0,
            position: 0,
            since_best: 0,
            sums: Sums::default(),
            phase: Phase::Steps,
        }
    }
}

/// What a run does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    Steps,
    Validate,
    Finish,
    Over,
}

/// The losses of some steps, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sums {
    steps: u64,
    loss: f64,
    mi: f64,
    /// Steps with a mutual-information term: a batch of one row has none.
    with_mi: u64,
}

impl Sums {
    /// Adds those of a step.
    pub(super) fn add(&mut self, loss: f32, mi: Option<f32>) {
        self.steps += 1;
        self.loss += f64::from(loss);
        self.mi += f64::from(mi.unwrap_or(0.0));
        self.with_mi += u64::from(mi.is_some());
    }

    /// Mean of the losses.
    pub(super) fn mean_loss(&self) -> f64 {
        self.loss / self.steps.max(1) as f64
    }

    /// Mean of L_mi over the steps that have it.
    pub(super) fn mutual_information(&self) -> Option<f64> {
        (self.with_mi > 0).then(|| self.mi / self.with_mi as f64)
    }
}
