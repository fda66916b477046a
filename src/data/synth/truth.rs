//! The logistic process that labels come from, and the best score anyone can get on it.
//!
//! For a row of scenario s with the features f (single features and products of two):
//!
//! ```text
//! logit p = b_s + Σ_f w_{s,f} · v_f(row) + rest(row)
//! ```
//!
//! * `v_f(value)` is the latent effect of a value: a standard normal hashed from (seed, feature, value),
//!   standardised so that over the rows it has mean 0 and variance 1. A product multiplies two of them.
//! * `rest` is the same in every scenario: the item's and the user's own effects (small), and the day's.
//! * `none`: b_s = b, w_{s,f} = w_f. `intercept`: b_s = b + d_s, w_{s,f} = w_f.
//!   `modulated`: b_s = b + d_s, w_{s,f} = w_f · m_{s,f}.
//!
//! b is solved so that the mean of p is the published base rate; everything else is a constant.

use super::{Effect, hash};

/// The multipliers m of the presets with many scenarios. Feature f of scenario s takes number (s + 3f) mod 10:
/// each feature meets every multiplier, neighbouring scenarios disagree, and three of ten turn the sign.
/// Mean 0.54, mean square 0.94: as much signal as with m = 1, of which a scenario-blind model sees a third.
const MULTIPLIERS: [f64; 10] = [1.6, -0.8, 1.3, 0.2, 1.5, -0.5, 1.0, 0.4, 0.9, -0.2];

/// The multiplier of feature `feature` in scenario `scenario`.
pub(super) fn multiplier(scenario: usize, feature: usize) -> f64 {
    MULTIPLIERS[(scenario + 3 * feature) % MULTIPLIERS.len()]
}

/// The logit of a probability.
pub(super) fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// The probability of a logit.
pub(super) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The effects v of the values `0..shares.len()` of `feature`, of mean 0 and variance 1 under `shares`.
pub(super) fn value_effects(seed: u64, feature: &str, shares: &[f64]) -> Vec<f64> {
    let raw: Vec<f64> = (0..shares.len() as u64)
        .map(|value| hash::normal(seed, feature, value))
        .collect();
    let mean: f64 = raw.iter().zip(shares).map(|(v, s)| v * s).sum();
    let variance: f64 = raw
        .iter()
        .zip(shares)
        .map(|(v, s)| (v - mean).powi(2) * s)
        .sum();
    let scale = if variance > 1e-12 {
        variance.sqrt().recip()
    } else {
        0.0
    };
    raw.iter().map(|v| (v - mean) * scale).collect()
}

/// What the truth sees of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The scenario.
    pub(super) scenario: usize,
    /// v_f of each feature and product.
    pub(super) values: Vec<f64>,
    /// The part that is the same in all scenarios.
    pub(super) rest: f64,
}

/// The constants of the process: b_s and w_{s,f}.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    intercepts: Vec<f64>,
    weights: Vec<Vec<f64>>,
}

impl Truth {
    /// The process of `effect`, with b still 0.
    pub(super) fn new(
        effect: Effect,
        offsets: &[f64],
        weights: &[f64],
        modulation: impl Fn(usize, usize) -> f64,
    ) -> Self {
        let intercepts = offsets
            .iter()
            .map(|d| if effect == Effect::None { 0.0 } else { *d })
            .collect();
        let weights = (0..offsets.len())
            .map(|s| {
                let scaled = weights.iter().enumerate().map(|(f, w)| match effect {
                    Effect::Modulated => w * modulation(s, f),
                    Effect::None | Effect::Intercept => *w,
                });
                scaled.collect()
            })
            .collect();
        Self {
            intercepts,
            weights,
        }
    }

    fn logit(&self, row: &Seen) -> f64 {
        let weights = &self.weights[row.scenario];
        let sum: f64 = weights.iter().zip(&row.values).map(|(w, v)| w * v).sum();
        self.intercepts[row.scenario] + sum + row.rest
    }

    /// The probability that `row` converts.
    pub(super) fn probability(&self, row: &Seen) -> f64 {
        sigmoid(self.logit(row))
    }

    /// Solves b, by bisection, so that the mean probability over `sample` is `rate`.
    pub(super) fn calibrate(&mut self, sample: &[Seen], rate: f64) {
        let logits: Vec<f64> = sample.iter().map(|row| self.logit(row)).collect();
        let (mut low, mut high) = (-20.0_f64, 20.0_f64);
        for _ in 0..50 {
            let b = f64::midpoint(low, high);
            let mean = logits.iter().map(|x| sigmoid(x + b)).sum::<f64>() / logits.len() as f64;
            if mean < rate { low = b } else { high = b }
        }
        self.intercepts
            .iter_mut()
            .for_each(|b| *b += f64::midpoint(low, high));
    }
}

/// Collects true probabilities for the best possible AUC and log loss, in constant memory.
#[derive(Debug)]
pub(super) struct Best {
    /// Expected positives and negatives by logit.
    bins: Vec<(f64, f64)>,
    entropy: f64,
}

impl Best {
    const BINS: usize = 4_000;
    const LIMIT: f64 = 16.0;

    /// Nothing seen yet.
    pub(super) fn new() -> Self {
        Self {
            bins: vec![(0.0, 0.0); Self::BINS],
            entropy: 0.0,
        }
    }

    /// Counts a row of probability `p`.
    pub(super) fn add(&mut self, p: f64) {
        let p = p.clamp(1e-12, 1.0 - 1e-12);
        let at = (logit(p) / Self::LIMIT + 1.0) / 2.0 * Self::BINS as f64;
        let bin = &mut self.bins[(at.max(0.0) as usize).min(Self::BINS - 1)];
        bin.0 += p;
        bin.1 += 1.0 - p;
        self.entropy -= p * p.ln() + (1.0 - p) * (1.0 - p).ln();
    }

    /// The expected AUC of the true probability, ties inside a bin (0.008 of logit) counted half.
    pub(super) fn auc(&self) -> f64 {
        let (mut below, mut ordered, mut positives) = (0.0, 0.0, 0.0);
        for (positive, negative) in &self.bins {
            ordered += positive * (below + negative / 2.0);
            below += negative;
            positives += positive;
        }
        ordered / (positives * below)
    }

    /// The expected log loss of the true probability over `rows` rows.
    pub(super) fn log_loss(&self, rows: u64) -> f64 {
        self.entropy / rows as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_effects_are_standardised_over_the_shares() {
        let shares = [0.7, 0.2, 0.06, 0.04];
        let v = value_effects(9, "f", &shares);
        let mean: f64 = v.iter().zip(&shares).map(|(v, s)| v * s).sum();
        let square: f64 = v.iter().zip(&shares).map(|(v, s)| v * v * s).sum();
        assert!(mean.abs() < 1e-9 && (square - 1.0).abs() < 1e-9);
        assert_eq!(value_effects(9, "f", &[1.0]), [0.0]);
    }

    #[test]
    fn calibration_meets_the_rate() {
        let mut truth = Truth::new(Effect::Modulated, &[0.5, -0.5], &[1.0], multiplier);
        let sample: Vec<Seen> = (0..100)
            .map(|i| Seen {
                scenario: i % 2,
                values: vec![(i as f64 - 50.0) / 25.0],
                rest: 0.0,
            })
            .collect();
        truth.calibrate(&sample, 0.02);
        let mean = sample.iter().map(|r| truth.probability(r)).sum::<f64>() / 100.0;
        assert!((mean - 0.02).abs() < 1e-6);
    }

    #[test]
    fn the_best_auc_of_two_groups_is_the_one_on_paper() {
        // Half the rows at p, half at q > p: AUC = P(pos above neg) + ties / 2.
        let (p, q) = (0.1, 0.4);
        let mut best = Best::new();
        for _ in 0..50 {
            best.add(p);
            best.add(q);
        }
        let (pos, neg) = (p + q, 2.0 - p - q);
        let paper = (q * (1.0 - p) + q * (1.0 - q) / 2.0 + p * (1.0 - p) / 2.0) / (pos * neg);
        assert!((best.auc() - paper).abs() < 1e-9);
    }
}
