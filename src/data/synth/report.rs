//! What the generator says about the log it wrote.

use std::fmt;

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

impl fmt::Display for SynthReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} rows, {} users, {} items; {} positive ({:.2} %)",
            self.rows,
            self.users,
            self.items,
            self.positives,
            100.0 * self.positives as f64 / (self.rows as f64).max(1.0)
        )?;
        writeln!(
            f,
            "best possible on these rows: AUC {:.4}, LogLoss {:.4}",
            self.best_auc, self.best_logloss
        )?;
        let width = self.scenarios.iter().map(|s| s.name.chars().count());
        let width = width.max().unwrap_or(0).max("scenario".len());
        write!(
            f,
            "{:<width$} {:>10} {:>10}",
            "scenario", "rows", "positive"
        )?;
        for scenario in &self.scenarios {
            write!(
                f,
                "\n{:<width$} {:>10} {:>9.2}%",
                scenario.name,
                scenario.rows,
                100.0 * scenario.positives as f64 / (scenario.rows as f64).max(1.0)
            )?;
        }
        Ok(())
    }
}
