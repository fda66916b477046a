//! On generated data the true probabilities are known: how much of what can be learned was learned?

use super::{auc, logloss};
use serde::{Deserialize, Serialize};

/// A model between two yardsticks on the same rows: the data's own probabilities (nothing does better,
/// but for the luck of the draw) and a scenario-blind logistic regression.
///
/// gap closed = (model − logistic) / (best − logistic): 0 is no better than the regression, 1 is all
/// there is to gain. It can be negative, and above 1 on few rows.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Truth {
    /// AUC of the true probabilities.
    pub best_auc: Option<f64>,
    /// LogLoss of the true probabilities.
    pub best_logloss: Option<f64>,
    /// AUC of the logistic regression.
    pub logistic_auc: Option<f64>,
    /// LogLoss of the logistic regression.
    pub logistic_logloss: Option<f64>,
    /// (AUC − logistic AUC) / (best AUC − logistic AUC); `None` when there is no gap.
    pub auc_gap_closed: Option<f64>,
    /// (logistic LogLoss − LogLoss) / (logistic LogLoss − best LogLoss); `None` when there is no gap.
    pub logloss_gap_closed: Option<f64>,
}

impl Truth {
    /// Places a model with `scores` between the `true_probabilities` of the rows and the
    /// probabilities that a logistic regression gave them (`None` where there were no rows to fit one on:
    /// only the best figures are known then).
    pub fn measure(
        scores: &[f32],
        true_probabilities: &[f32],
        logistic: Option<&[f32]>,
        labels: &[f32],
    ) -> Self {
        let yardsticks = [Some(true_probabilities), logistic, Some(scores)];
        let aucs = yardsticks.map(|p| auc(p?, labels));
        let losses = yardsticks.map(|p| logloss(p?, labels));
        Self {
            best_auc: aucs[0],
            best_logloss: losses[0],
            logistic_auc: aucs[1],
            logistic_logloss: losses[1],
            auc_gap_closed: gap_closed(aucs),
            logloss_gap_closed: gap_closed(losses.map(|loss| loss.map(|l| -l))),
        }
    }
}

/// Larger is better.
fn gap_closed([best, base, model]: [Option<f64>; 3]) -> Option<f64> {
    let (best, base, model) = (best?, base?, model?);
    (best > base).then(|| (model - base) / (best - base))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [f32; 4] = [0.0, 1.0, 0.0, 1.0];
    const BEST: [f32; 4] = [0.1, 0.9, 0.2, 0.8];
    const BLIND: [f32; 4] = [0.5, 0.5, 0.5, 0.5];

    #[test]
    fn the_yardsticks_measure_zero_and_one() {
        let truth = Truth::measure(&BEST, &BEST, Some(&BLIND), &LABELS);
        assert_eq!(truth.best_auc, Some(1.0));
        assert_eq!(truth.logistic_auc, Some(0.5));
        assert_eq!(truth.auc_gap_closed, Some(1.0));
        assert_eq!(truth.logloss_gap_closed, Some(1.0));
        let truth = Truth::measure(&BLIND, &BEST, Some(&BLIND), &LABELS);
        assert_eq!(truth.auc_gap_closed, Some(0.0));
        assert_eq!(truth.logloss_gap_closed, Some(0.0));
    }

    #[test]
    fn a_missing_gap_is_none() {
        let truth = Truth::measure(&BEST, &BLIND, Some(&BLIND), &LABELS);
        assert_eq!(
            (truth.auc_gap_closed, truth.logloss_gap_closed),
            (None, None)
        );
        let truth = Truth::measure(&BLIND, &BEST, None, &LABELS);
        assert_eq!((truth.best_auc, truth.logistic_auc), (Some(1.0), None));
        assert_eq!(truth.auc_gap_closed, None);
        assert_eq!(Truth::measure(&[], &[], None, &[]), Truth::default());
    }
}
