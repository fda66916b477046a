//! Area under the ROC curve, exact.

use super::is_positive;

/// Area under the ROC curve: the probability that a positive row scores above a negative one, ties
/// counting one half,
///
/// AUC = (Σ_{i ∈ P} rank_i − |P|(|P|+1)/2) / (|P| |N|),  ranks averaged within ties.
///
/// Exact (no thresholds: at conversion rates below one per cent, binned AUCs are wrong) and counted in
/// integers, so the order of the rows does not matter. O(n log n), one copy of the scores.
///
/// `scores` may be probabilities or logits: any increasing map gives the same value. `None` when there
/// is one class only, when the lengths differ, or when a score is NaN, since NaN has no rank (an
/// infinite score has one).
///
/// ```
/// # use mi_dpg::metrics::auc;
/// assert_eq!(auc(&[0.1, 0.4, 0.4, 0.8], &[0.0, 0.0, 1.0, 1.0]), Some(0.875));
/// assert_eq!(auc(&[0.1, 0.4], &[1.0, 1.0]), None);
/// ```
pub fn auc(scores: &[f32], labels: &[f32]) -> Option<f64> {
    if scores.len() != labels.len() {
        return None;
    }
    let mut pairs: Vec<(f32, bool)> = scores
        .iter()
        .zip(labels)
        .map(|(&score, &label)| (score, is_positive(label)))
        .collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    auc_of_sorted(pairs.iter().copied())
}

/// [`auc`] of (score, is positive) pairs that are sorted by [`f32::total_cmp`].
pub(super) fn auc_of_sorted(pairs: impl Iterator<Item = (f32, bool)>) -> Option<f64> {
    // Twice the number of (positive, negative) pairs in the right order, ties counting one.
    let mut twice_wins = 0_u128;
    let (mut positives, mut negatives) = (0_u64, 0_u64);
    let (mut tied_positives, mut tied_negatives) = (0_u64, 0_u64);
    let mut last = None;
    for (score, positive) in pairs {
        if score.is_nan() {
            return None;
        }
        // −0 and +0 are neighbours in the total order and equal here.
        if last != Some(score) {
            twice_wins += wins(tied_positives, negatives, tied_negatives);
            positives += tied_positives;
            negatives += tied_negatives;
            (tied_positives, tied_negatives) = (0, 0);
            last = Some(score);
        }
        if positive {
            tied_positives += 1;
        } else {
            tied_negatives += 1;
        }
    }
    twice_wins += wins(tied_positives, negatives, tied_negatives);
    positives += tied_positives;
    negatives += tied_negatives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    Some(twice_wins as f64 / (2.0 * positives as f64 * negatives as f64))
}

fn wins(positives: u64, negatives_below: u64, negatives_tied: u64) -> u128 {
    u128::from(positives) * (2 * u128::from(negatives_below) + u128::from(negatives_tied))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, pair by pair.
    fn pairwise(scores: &[f32], labels: &[f32]) -> Option<f64> {
        let (mut wins, mut pairs) = (0.0, 0_u64);
        for (i, &p) in scores.iter().enumerate().filter(|&(i, _)| labels[i] == 1.0) {
            for (j, &n) in scores.iter().enumerate().filter(|&(j, _)| labels[j] == 0.0) {
                assert_ne!(i, j);
                pairs += 1;
                wins += if p > n {
                    1.0
                } else if p == n {
                    0.5
                } else {
                    0.0
                };
            }
        }
        (pairs > 0).then(|| wins / pairs as f64)
    }

    fn rows() -> impl Strategy<Value = (Vec<f32>, Vec<f32>)> {
        // Few distinct scores: ties are the rule.
        proptest::collection::vec((0_u8..12, any::<bool>()), 0..60).prop_map(|rows| {
            rows.into_iter()
                .map(|(s, y)| (f32::from(s) / 12.0, f32::from(u8::from(y))))
                .unzip()
        })
    }

    proptest! {
        #[test]
        fn equals_the_pairwise_definition((scores, labels) in rows()) {
            let (a, b) = (auc(&scores, &labels), pairwise(&scores, &labels));
            prop_assert_eq!(a.is_some(), b.is_some());
            if let (Some(a), Some(b)) = (a, b) {
                prop_assert!((a - b).abs() < 1e-12, "{} {}", a, b);
            }
        }

        #[test]
        fn an_increasing_map_changes_nothing((scores, labels) in rows()) {
            let mapped: Vec<f32> = scores.iter().map(|s| (8.0 * s - 3.0).exp()).collect();
            prop_assert_eq!(auc(&scores, &labels), auc(&mapped, &labels));
        }

        #[test]
        fn flipping_the_scores_flips_the_area((scores, labels) in rows()) {
            let flipped: Vec<f32> = scores.iter().map(|s| -s).collect();
            if let (Some(a), Some(b)) = (auc(&scores, &labels), auc(&flipped, &labels)) {
                prop_assert!((a + b - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn any_floats_are_safe(scores in proptest::collection::vec(any::<f32>(), 8)) {
            let labels = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0];
            prop_assert_eq!(auc(&scores, &labels).is_none(), scores.iter().any(|s| s.is_nan()));
        }
    }

    #[test]
    fn undefined_cases_are_none() {
        assert_eq!(auc(&[], &[]), None);
        assert_eq!(auc(&[0.1, 0.2], &[0.0, 0.0]), None);
        assert_eq!(auc(&[0.1], &[0.0, 1.0]), None);
        assert_eq!(auc(&[0.1, f32::NAN], &[0.0, 1.0]), None);
        assert_eq!(auc(&[-f32::NAN, 0.1], &[0.0, 1.0]), None);
    }

    #[test]
    fn infinite_scores_and_signed_zeros_have_a_rank() {
        let (low, high) = (f32::NEG_INFINITY, f32::INFINITY);
        assert_eq!(auc(&[low, high], &[0.0, 1.0]), Some(1.0));
        assert_eq!(auc(&[-0.0, 0.0], &[0.0, 1.0]), Some(0.5));
        assert_eq!(auc(&[0.0, -0.0], &[0.0, 1.0]), Some(0.5));
    }
}
