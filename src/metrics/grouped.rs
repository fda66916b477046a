//! AUC within groups (scenarios, users), averaged.

use super::auc::auc_of_sorted;
use super::is_positive;
use serde::{Deserialize, Serialize};

/// The averages of the AUCs of the groups, under the three weightings in use:
///
/// Σ_g w_g AUC_g / Σ_g w_g  with  w_g = rows, positives, or 1.
///
/// Published "GAUC" numbers differ in w, hence the names. Groups whose AUC is undefined (one class, a
/// NaN score) carry no weight and are counted in `skipped`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct GroupedAuc {
    /// Weighted by the rows of the group; `None` when every group was skipped.
    pub by_rows: Option<f64>,
    /// Weighted by the positives of the group.
    pub by_positives: Option<f64>,
    /// Every group counts the same.
    pub unweighted: Option<f64>,
    /// Groups without an AUC.
    pub skipped: u64,
}

/// AUC within the groups that `groups` names row by row, averaged three ways. O(n log n).
///
/// Slices of different lengths give the empty result.
///
/// ```
/// # use mi_dpg::metrics::grouped_auc;
/// let (scores, labels) = ([0.1, 0.9, 0.9, 0.2, 0.1, 0.5], [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
/// let grouped = grouped_auc(&scores, &labels, &[7, 7, 8, 8, 8, 9]);
/// assert_eq!(grouped.unweighted, Some((1.0 + 0.5) / 2.0));
/// assert_eq!(grouped.by_rows, Some((2.0 * 1.0 + 3.0 * 0.5) / 5.0));
/// assert_eq!(grouped.skipped, 1);
/// ```
pub fn grouped_auc(scores: &[f32], labels: &[f32], groups: &[u32]) -> GroupedAuc {
    let mut result = GroupedAuc::default();
    if scores.len() != labels.len() || scores.len() != groups.len() {
        return result;
    }
    let mut rows: Vec<(u32, f32, bool)> = groups
        .iter()
        .zip(scores)
        .zip(labels)
        .map(|((&group, &score), &label)| (group, score, is_positive(label)))
        .collect();
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));

    let (mut by_rows, mut by_positives, mut unweighted) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    let mut add = |auc: f64, rows: usize, positives: usize| {
        for (sum, weight) in [
            (&mut by_rows, rows as f64),
            (&mut by_positives, positives as f64),
            (&mut unweighted, 1.0),
        ] {
            sum[0] += weight * auc;
            sum[1] += weight;
        }
    };
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        match auc_of_sorted(group.iter().map(|&(_, score, positive)| (score, positive))) {
            Some(auc) => add(auc, group.len(), group.iter().filter(|row| row.2).count()),
            None => result.skipped += 1,
        }
    }
    let ratio = |[sum, weight]: [f64; 2]| (weight > 0.0).then(|| sum / weight);
    result.by_rows = ratio(by_rows);
    result.by_positives = ratio(by_positives);
    result.unweighted = ratio(unweighted);
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::auc;
    use proptest::prelude::*;

    #[test]
    fn weights_are_rows_positives_and_one() {
        // Group 0: AUC 1, 2 rows, 1 positive. Group 1: AUC 0, 4 rows, 3 positives.
        let scores = [0.1, 0.9, 0.9, 0.1, 0.2, 0.3];
        let labels = [0.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        let grouped = grouped_auc(&scores, &labels, &[0, 0, 1, 1, 1, 1]);
        assert_eq!(grouped.by_rows, Some(2.0 / 6.0));
        assert_eq!(grouped.by_positives, Some(1.0 / 4.0));
        assert_eq!(grouped.unweighted, Some(0.5));
        assert_eq!(grouped.skipped, 0);
    }

    #[test]
    fn groups_without_an_area_are_skipped_and_counted() {
        let grouped = grouped_auc(
            &[0.1, 0.2, f32::NAN, 0.3],
            &[0.0, 1.0, 1.0, 0.0],
            &[0, 1, 2, 2],
        );
        assert_eq!(
            grouped,
            GroupedAuc {
                skipped: 3,
                ..GroupedAuc::default()
            }
        );
        assert_eq!(grouped_auc(&[], &[], &[]), GroupedAuc::default());
        assert_eq!(grouped_auc(&[1.0], &[1.0], &[]), GroupedAuc::default());
    }

    proptest! {
        #[test]
        fn one_group_is_the_plain_area(
            rows in proptest::collection::vec((0_u8..9, any::<bool>()), 0..40)
        ) {
            let scores: Vec<f32> = rows.iter().map(|r| f32::from(r.0)).collect();
            let labels: Vec<f32> = rows.iter().map(|r| f32::from(u8::from(r.1))).collect();
            let grouped = grouped_auc(&scores, &labels, &vec![3; rows.len()]);
            for value in [grouped.by_rows, grouped.by_positives, grouped.unweighted] {
                match (value, auc(&scores, &labels)) {
                    (Some(a), Some(b)) => prop_assert!((a - b).abs() < 1e-12),
                    (a, b) => prop_assert_eq!(a, b),
                }
            }
        }
    }
}
