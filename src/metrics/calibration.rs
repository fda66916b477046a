//! Calibration: do the probabilities add up to the conversions?

/// Predicted over actual conversions, Σ p_i / Σ y_i: 1 is calibrated, above 1 promises too much.
///
/// `None` when there is no positive, when the lengths differ or when a probability is not finite.
///
/// ```
/// # use mi_dpg::metrics::calibration;
/// assert_eq!(calibration(&[0.5, 0.25, 0.75], &[1.0, 0.0, 0.0]), Some(1.5));
/// assert_eq!(calibration(&[0.5], &[0.0]), None);
/// ```
pub fn calibration(probabilities: &[f32], labels: &[f32]) -> Option<f64> {
    if probabilities.len() != labels.len() {
        return None;
    }
    let predicted: f64 = probabilities.iter().map(|&p| f64::from(p)).sum();
    let actual: f64 = labels.iter().map(|&y| f64::from(y)).sum();
    (actual > 0.0 && predicted.is_finite()).then_some(predicted / actual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_cases_are_none() {
        assert_eq!(calibration(&[], &[]), None);
        assert_eq!(calibration(&[0.5, 0.5], &[1.0]), None);
        assert_eq!(calibration(&[f32::NAN], &[1.0]), None);
    }
}
