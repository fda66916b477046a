//! The best weights so far, and what "better" means.

use super::options::Select;
use crate::model::{Embeddings, Network};

/// An epoch's weights and validation metrics.
pub(super) struct Best {
    pub(super) epoch: usize,
    pub(super) auc: Option<f64>,
    pub(super) logloss: Option<f64>,
    pub(super) network: Network,
    /// `None` while it is not decided whether the epoch is kept.
    pub(super) embeddings: Option<Embeddings>,
}

impl Best {
    /// Whether this epoch is better than `other`. Without a validation part the later one is; an epoch whose metrics are not
    /// defined, as its scores are no numbers, is never better than one with.
    pub(super) fn beats(&self, other: &Self, select: Select) -> bool {
        better((self.auc, self.logloss), (other.auc, other.logloss), select)
    }
}

fn better(
    new: (Option<f64>, Option<f64>),
    old: (Option<f64>, Option<f64>),
    select: Select,
) -> bool {
    match (select, new, old) {
        (Select::Auc, (Some(new), _), (Some(old), _)) => new > old,
        (_, (_, Some(new)), (_, Some(old))) => new < old,
        (_, (_, None), (_, Some(_))) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_wins_by_being_higher_and_logloss_by_being_lower() {
        let (a, b) = ((Some(0.7), Some(0.5)), (Some(0.6), Some(0.4)));
        assert!(better(a, b, Select::Auc));
        assert!(!better(a, b, Select::Logloss));
        assert!(!better(a, a, Select::Auc), "a tie keeps the earlier epoch");
        assert!(
            better((None, Some(0.3)), (None, Some(0.4)), Select::Auc),
            "one class: LogLoss decides"
        );
        assert!(
            !better((None, None), (None, Some(0.4)), Select::Auc),
            "scores that are no numbers"
        );
        assert!(better((None, Some(0.4)), (None, None), Select::Auc));
        assert!(
            better((None, None), (None, None), Select::Auc),
            "no validation part: the later epoch"
        );
    }
}
