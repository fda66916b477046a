//! How good a model is: ranking ([`auc`], [`grouped_auc`]), probabilities ([`logloss`],
//! [`calibration`]), and whether a difference between two methods is real ([`paired_t_test`]).
//!
//! Every metric that can be undefined (one class only, no rows, a score that is not a number) is an
//! `Option`: `None` is `null` in JSON, never a made-up 0.5. Sums run in `f64` in the order of the rows,
//! so a report is the same bit for bit whatever the thread count.
//!
//! | metric | undefined (`None`) when |
//! |---|---|
//! | [`auc`] | there is one class only, or a score is NaN |
//! | [`logloss`] | there are no rows, or a probability is NaN |
//! | [`calibration`] | there is no positive, or a probability is NaN or infinite |
//! | [`paired_t_test`] | fewer than two pairs, or all differences are the same |

mod auc;
mod calibration;
mod grouped;
mod logloss;
mod report;
mod scenarios;
mod significance;
mod spread;
mod truth;

pub use auc::auc;
pub use calibration::calibration;
pub use grouped::{GroupedAuc, grouped_auc};
pub use logloss::{LOGLOSS_EPS, base_rate, base_rate_logloss, entropy, logloss};
pub use report::{ParameterCounts, Report, evaluate};
pub use scenarios::{ScenarioReport, Scenarios};
pub use significance::{MeanStd, TTest, mean_std, paired_t_test};
pub use spread::ScenarioMoments;
pub use truth::Truth;

/// Whether a label is a positive. Labels are 0 or 1; the middle decides for anything else.
pub(crate) fn is_positive(label: f32) -> bool {
    label > 0.5
}
