//! LogLoss, and the LogLoss of knowing nothing but the conversion rate.

/// Probabilities are clipped to [`LOGLOSS_EPS`, 1 − `LOGLOSS_EPS`] before the logarithm: about one unit
/// in the last place of an `f32` below 1, so a saturated sigmoid costs 16.1 nats and not infinity.
pub const LOGLOSS_EPS: f64 = 1e-7;

/// Mean binary cross entropy in nats,
///
/// LogLoss = −(1/N) Σ_i [y_i ln p_i + (1 − y_i) ln(1 − p_i)],  p clipped at [`LOGLOSS_EPS`].
///
/// `None` without rows, when the lengths differ or when a probability is NaN.
///
/// ```
/// # use mi_dpg::metrics::logloss;
/// let loss = logloss(&[0.5, 0.5], &[1.0, 0.0]).unwrap();
/// assert!((loss - std::f64::consts::LN_2).abs() < 1e-12);
/// ```
pub fn logloss(probabilities: &[f32], labels: &[f32]) -> Option<f64> {
    if probabilities.is_empty() || probabilities.len() != labels.len() {
        return None;
    }
    let sum: f64 = probabilities
        .iter()
        .zip(labels)
        .map(|(&p, &y)| cross_entropy(f64::from(y), f64::from(p)))
        .sum();
    (!sum.is_nan()).then(|| sum / probabilities.len() as f64)
}

/// The share of positives, (1/N) Σ y_i; `None` without rows.
pub fn base_rate(labels: &[f32]) -> Option<f64> {
    let positives: f64 = labels.iter().map(|&y| f64::from(y)).sum();
    (!labels.is_empty()).then(|| positives / labels.len() as f64)
}

/// LogLoss of predicting the *training* base rate for every row of `labels`: what a model must beat.
///
/// `None` without rows or when the rate is NaN. On the training rows themselves this is
/// [`entropy`]`(rate)`.
pub fn base_rate_logloss(train_rate: f64, labels: &[f32]) -> Option<f64> {
    let rate = base_rate(labels)?;
    let loss = cross_entropy(rate, train_rate);
    (!loss.is_nan()).then_some(loss)
}

/// Entropy of a coin with bias `rate`, in nats: −r ln r − (1 − r) ln(1 − r).
pub fn entropy(rate: f64) -> f64 {
    cross_entropy(rate, rate)
}

/// −y ln p − (1 − y) ln(1 − p) with p clipped; NaN in, NaN out.
fn cross_entropy(y: f64, p: f64) -> f64 {
    let p = p.clamp(LOGLOSS_EPS, 1.0 - LOGLOSS_EPS);
    -y * p.ln() - (1.0 - y) * (-p).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_certainty_is_clipped() {
        let loss = logloss(&[0.0], &[1.0]).unwrap();
        assert!((loss - -LOGLOSS_EPS.ln()).abs() < 1e-12);
        let loss = logloss(&[1.0], &[0.0]).unwrap();
        assert!((loss - -LOGLOSS_EPS.ln()).abs() < 1e-6);
    }

    #[test]
    fn undefined_cases_are_none() {
        assert_eq!(logloss(&[], &[]), None);
        assert_eq!(logloss(&[0.5], &[]), None);
        assert_eq!(logloss(&[f32::NAN], &[1.0]), None);
        assert_eq!(base_rate(&[]), None);
        assert_eq!(base_rate_logloss(f64::NAN, &[1.0]), None);
    }

    #[test]
    fn the_base_rate_scores_its_entropy_and_nothing_constant_does_better() {
        let labels = [1.0, 0.0, 0.0, 0.0];
        let best = base_rate_logloss(0.25, &labels).unwrap();
        assert!((best - entropy(0.25)).abs() < 1e-12);
        assert!((best - logloss(&[0.25; 4], &labels).unwrap()).abs() < 1e-7);
        assert!(base_rate_logloss(0.2, &labels).unwrap() > best);
        assert!(base_rate_logloss(0.3, &labels).unwrap() > best);
    }
}
