//! Drawing values with given shares, and giving values to items so that the *rows* have given shares.

/// A distribution over `0..n`.
#[derive(Debug, Clone)]
pub(super) struct Marginal {
    shares: Vec<f64>,
    cumulative: Vec<f64>,
}

impl Marginal {
    /// The distribution proportional to `shares`.
    pub(super) fn new(shares: impl IntoIterator<Item = f64>) -> Self {
        let mut shares: Vec<f64> = shares.into_iter().collect();
        let total: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|s| *s /= total);
        let cumulative = shares
            .iter()
            .scan(0.0, |sum, s| {
                *sum += s;
                Some(*sum)
            })
            .collect();
        Self { shares, cumulative }
    }

    /// The value at quantile `u` of `[0, 1)`.
    pub(super) fn pick(&self, u: f64) -> usize {
        let at = self.cumulative.partition_point(|&c| c <= u);
        at.min(self.shares.len().saturating_sub(1))
    }

    /// The value at quantile `u`, and where inside that value's share `u` lies (0 to 1).
    pub(super) fn pick_within(&self, u: f64) -> (usize, f64) {
        let at = self.pick(u);
        let below = self.cumulative[at] - self.shares[at];
        (
            at,
            ((u - below) / self.shares[at]).clamp(0.0, 1.0 - f64::EPSILON),
        )
    }

    /// The probability below value `at`.
    pub(super) fn below(&self, at: usize) -> f64 {
        self.cumulative[at] - self.shares[at]
    }

    /// The probabilities.
    pub(super) fn shares(&self) -> &[f64] {
        &self.shares
    }
}

/// Gives each thing of `weights` a value so that the values' weights have the shares of `marginal`:
/// heaviest thing first, to the value that lacks most.
pub(super) fn greedy(weights: &[f64], marginal: &Marginal) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let mut lacking: Vec<f64> = marginal.shares().iter().map(|s| s * total).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
    let mut values = vec![0; weights.len()];
    for thing in order {
        let mut most = 0;
        for (value, lack) in lacking.iter().enumerate() {
            if *lack > lacking[most] {
                most = value;
            }
        }
        values[thing] = most;
        lacking[most] -= weights[thing];
    }
    values
}

/// Gives each thing of `weights` a value that grows with its `latent`, with the shares of `marginal` by
/// weight.
pub(super) fn by_rank(weights: &[f64], latent: &[f64], marginal: &Marginal) -> Vec<usize> {
    let total: f64 = weights.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| latent[a].total_cmp(&latent[b]));
    let mut values = vec![0; weights.len()];
    let mut before = 0.0;
    for thing in order {
        values[thing] = marginal.pick((before + weights[thing] / 2.0) / total);
        before += weights[thing];
    }
    values
}

/// Applies `assign` inside each stratum, so that no value is commoner in one stratum than in another.
pub(super) fn within_strata(
    strata: &[usize],
    count: usize,
    mut assign: impl FnMut(&[usize]) -> Vec<usize>,
) -> Vec<usize> {
    let mut members = vec![Vec::new(); count];
    for (thing, &stratum) in strata.iter().enumerate() {
        members[stratum].push(thing);
    }
    let mut values = vec![0; strata.len()];
    for members in members {
        for (value, thing) in assign(&members).into_iter().zip(&members) {
            values[*thing] = value;
        }
    }
    values
}

/// The elements of `from` at `indices`.
pub(super) fn gather(from: &[f64], indices: &[usize]) -> Vec<f64> {
    indices.iter().map(|&i| from[i]).collect()
}

/// How many things a log of `rows` rows has, where a log of `full_rows` rows has `full`: it grows with the
/// square root of the rows (as many new things as more rows of each), up to `full`.
pub(super) fn scaled(full: usize, full_rows: u64, rows: u64, least: usize) -> usize {
    let ratio = (rows as f64 / full_rows as f64).min(1.0);
    let count = (full as f64 * ratio.sqrt()).round() as usize;
    count
        .max(least)
        .min(full)
        .min(usize::try_from(rows).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_follow_the_shares() {
        let marginal = Marginal::new([1.0, 3.0]);
        assert_eq!(marginal.pick(0.0), 0);
        assert_eq!(marginal.pick(0.25), 1);
        assert_eq!(marginal.pick(1.0), 1);
        assert_eq!(marginal.pick_within(0.625), (1, 0.5));
    }

    #[test]
    fn both_assignments_give_the_shares_by_weight() {
        let weights: Vec<f64> = (1..400).map(|i| 1.0 + f64::from(i % 7)).collect();
        let latent: Vec<f64> = (1..400).map(|i| f64::from(i * 37 % 101)).collect();
        let marginal = Marginal::new([0.1, 0.2, 0.7]);
        let total: f64 = weights.iter().sum();
        for values in [
            greedy(&weights, &marginal),
            by_rank(&weights, &latent, &marginal),
        ] {
            for (value, share) in marginal.shares().iter().enumerate() {
                let got: f64 = (0..weights.len())
                    .filter(|&i| values[i] == value)
                    .map(|i| weights[i])
                    .sum();
                assert!((got / total - share).abs() < 0.01);
            }
        }
    }

    #[test]
    fn counts_scale_with_the_root_and_never_exceed_the_rows() {
        assert_eq!(scaled(9_560, 1_292_954, 1_292_954, 10), 9_560);
        assert_eq!(scaled(9_560, 1_292_954, 9_000_000, 10), 9_560);
        assert_eq!(scaled(1_000, 10_000, 100, 10), 100);
        assert_eq!(scaled(1_000, 10_000, 3, 10), 3);
    }
}
