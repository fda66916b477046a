//! What the generator says about the log it wrote.

use serde::Serialize;

/// What was generated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SynthReport {
    /// Rows written, the header not counted.
    pub rows: u64,
    /// Distinct users.
    pub users: u64,
    /// Distinct items (ads in the advertising log) that the log draws from.
    pub items: u64,
    /// Rows with a positive label.
    pub positives: u64,
    /// The mean true probability.
    pub mean_probability: f64,
    /// The expected AUC of the true probabilities: no model can do better.
    pub best_auc: f64,
    /// The expected log loss of the true probabilities: no model can do better.
    pub best_logloss: f64,
    /// The same by scenario.
    pub scenarios: Vec<SynthScenario>,
}

/// One scenario of a [`SynthReport`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SynthScenario {
    /// Its value in the log.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// Its rows with a positive label.
    pub positives: u64,
    /// The mean true probability of its rows (0 without rows).
    pub mean_probability: f64,
}
