//! Mean ± standard deviation over trials, and the paired t-test.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::fmt;

/// Mean and sample standard deviation of repeated trials; displays as `0.7510 ± 0.0026`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MeanStd {
    /// (1/n) Σ x_i.
    pub mean: f64,
    /// √(Σ (x_i − mean)² / (n − 1)); `None` for a single trial.
    pub std: Option<f64>,
    /// Number of trials.
    pub n: usize,
}

impl fmt::Display for MeanStd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = f.precision().unwrap_or(4);
        write!(f, "{:.*}", precision, self.mean)?;
        match self.std {
            Some(std) => write!(f, " ± {std:.precision$}"),
            None => Ok(()),
        }
    }
}

impl MeanStd {
    /// Half the width of the 95 % interval of the mean, t_{n−1, 0.975} · std / √n; `None` for fewer
    /// than two trials.
    pub fn interval_95(&self) -> Option<f64> {
        let distribution = StudentsT::new(0.0, 1.0, self.n.checked_sub(1)? as f64).ok()?;
        Some(distribution.inverse_cdf(0.975) * self.std? / (self.n as f64).sqrt())
    }
}

/// Mean and sample standard deviation; `None` without values.
pub fn mean_std(values: &[f64]) -> Option<MeanStd> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some(MeanStd {
        mean,
        std: (n > 1).then(|| (squares / (n - 1) as f64).sqrt()),
        n,
    })
}

/// How much of the largest value is rounding: some units in the last place.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// The outcome of a [`paired_t_test`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TTest {
    /// Mean of a_i − b_i: positive when `a` is larger.
    pub mean_difference: f64,
    /// t = mean / (std / √n).
    pub t: f64,
    /// Two-sided probability of a |t| this large when there is no difference.
    pub p: f64,
    /// Degrees of freedom, n − 1.
    pub degrees: usize,
}

/// The two-sided paired t-test of trials that share their seed: are `a` and `b` different on average?
///
/// With δ_i = a_i − b_i:  t = mean(δ) / (std(δ)/√n),  p = 2 P(T_{n−1} > |t|).
///
/// `None` with fewer than two pairs, different lengths, values that are not finite, or when all the
/// differences are the same (no spread, so no t), but for the rounding of the values.
///
/// ```
/// # use mi_dpg::metrics::paired_t_test;
/// let test = paired_t_test(&[2.0, 5.0], &[1.0, 2.0]).unwrap();
/// assert_eq!((test.t, test.degrees), (2.0, 1));
/// assert!((test.p - 0.2951672353).abs() < 1e-9);
/// ```
pub fn paired_t_test(a: &[f64], b: &[f64]) -> Option<TTest> {
    if a.len() != b.len() || a.iter().chain(b).any(|v| !v.is_finite()) {
        return None;
    }
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let MeanStd { mean, std, n } = mean_std(&differences)?;
    // 0.4 − 0.3 and 0.3 − 0.2 are one difference, though not in binary: a spread of rounding is none.
    let largest = a.iter().chain(b).fold(0.0, |m: f64, v| m.max(v.abs()));
    let std = std.filter(|&std| std > ROUNDING * largest)?;
    let t = mean / (std / (n as f64).sqrt());
    let degrees = n - 1;
    let distribution = StudentsT::new(0.0, 1.0, degrees as f64).ok()?;
    let p = (2.0 * distribution.sf(t.abs())).min(1.0);
    (t.is_finite() && p.is_finite()).then_some(TTest {
        mean_difference: mean,
        t,
        p,
        degrees,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 10] = [
        0.751, 0.748, 0.755, 0.749, 0.752, 0.750, 0.754, 0.747, 0.753, 0.751,
    ];
    const B: [f64; 10] = [
        0.749, 0.747, 0.751, 0.750, 0.749, 0.748, 0.752, 0.746, 0.750, 0.750,
    ];

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-3), "{a} {b}");
    }

    // from scipy import stats                       (SciPy 1.17.1)
    // stats.ttest_rel(A, B); stats.ttest_rel([1, 2, 3], [1.5, 1, 3.5])
    #[test]
    fn agrees_with_scipy() {
        let test = paired_t_test(&A, &B).unwrap();
        close(test.t, 4.070403151799809);
        close(test.p, 0.002797954357165983);
        assert_eq!(test.degrees, 9);
        let test = paired_t_test(&[1.0, 2.0, 3.0], &[1.5, 1.0, 3.5]).unwrap();
        close(test.t, 0.0);
        close(test.p, 1.0);
    }

    #[test]
    fn swapping_the_methods_flips_the_sign_alone() {
        let (ab, ba) = (
            paired_t_test(&A, &B).unwrap(),
            paired_t_test(&B, &A).unwrap(),
        );
        close(ab.t, -ba.t);
        close(ab.p, ba.p);
    }

    #[test]
    fn undefined_cases_are_none() {
        assert_eq!(paired_t_test(&[], &[]), None);
        assert_eq!(paired_t_test(&[1.0], &[2.0]), None);
        assert_eq!(paired_t_test(&[1.0, 2.0], &[1.0]), None);
        assert_eq!(paired_t_test(&A, &A), None);
        assert_eq!(paired_t_test(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    }

    #[test]
    fn rounding_is_no_spread() {
        let (a, b) = ([0.2, 0.3, 0.4], [0.1, 0.2, 0.3]);
        assert!(
            a[1] - b[1] != a[0] - b[0],
            "the same difference, and not the same number"
        );
        assert_eq!(paired_t_test(&a, &b), None);
        // The least that an AUC over a million pairs can move by is no rounding.
        assert!(paired_t_test(&[0.2, 0.3, 0.4 + 1e-6], &b).is_some());
    }

    // stats.t.ppf(0.975, 9) * stats.sem(A)
    #[test]
    fn the_interval_is_students() {
        let half = mean_std(&A).unwrap().interval_95().unwrap();
        assert!((half - 0.0018470435889459012).abs() < 1e-12, "{half}");
        assert_eq!(mean_std(&[0.5]).unwrap().interval_95(), None);
        let none = MeanStd {
            n: 0,
            ..mean_std(&A).unwrap()
        };
        assert_eq!(none.interval_95(), None);
    }

    // numpy.mean(A), numpy.std(A, ddof=1)
    #[test]
    fn mean_and_sample_deviation() {
        let stats = mean_std(&A).unwrap();
        close(stats.mean, 0.751);
        close(stats.std.unwrap(), 0.0025819888974716134);
        assert_eq!(stats.to_string(), "0.7510 ± 0.0026");
        assert_eq!(format!("{stats:.2}"), "0.75 ± 0.00");
        assert_eq!(mean_std(&[0.5]).unwrap().to_string(), "0.5000");
        assert_eq!(mean_std(&[]), None);
    }
}
