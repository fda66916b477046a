//! How alike the scenarios' mean matrices are.

/// Pearson correlation of every pair of vectors, after the mean over all vectors has been subtracted
/// from each: what is common to all scenarios is not likeness. Vectors that are not all of one length have none.
pub fn pearson_of_deviations(vectors: &[Vec<f64>]) -> Vec<Vec<Option<f64>>> {
    let count = vectors.len().max(1) as f64;
    let size = vectors.first().map_or(0, Vec::len);
    if vectors.iter().any(|vector| vector.len() != size) {
        return vec![vec![None; vectors.len()]; vectors.len()];
    }
    let mean: Vec<f64> = (0..size)
        .map(|i| vectors.iter().map(|v| v[i]).sum::<f64>() / count)
        .collect();
    let centred: Vec<Vec<f64>> = vectors
        .iter()
        .map(|v| {
            let deviation: Vec<f64> = v.iter().zip(&mean).map(|(v, m)| v - m).collect();
            let own = deviation.iter().sum::<f64>() / size.max(1) as f64;
            deviation.into_iter().map(|d| d - own).collect()
        })
        .collect();
    cosine(&centred)
}

/// Cosine of every pair; `None` where a vector is zero.
pub fn cosine(vectors: &[Vec<f64>]) -> Vec<Vec<Option<f64>>> {
    let norms: Vec<f64> = vectors
        .iter()
        .map(|v| v.iter().map(|x| x * x).sum::<f64>().sqrt())
        .collect();
    let mut all = vec![vec![None; vectors.len()]; vectors.len()];
    for (i, (a, na)) in vectors.iter().zip(&norms).enumerate() {
        for (j, (b, nb)) in vectors.iter().zip(&norms).enumerate().skip(i) {
            let dot: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            // Rounding may leave a hair of a zero deviation.
            let cosine = (*na > 1e-12 && *nb > 1e-12).then(|| (dot / (na * nb)).clamp(-1.0, 1.0));
            all[i][j] = cosine;
            all[j][i] = cosine;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_scenarios_always_deviate_in_opposite_directions() {
        let s = pearson_of_deviations(&[vec![0.5, 0.6, 0.4], vec![0.5, 0.5, 0.5]]);
        assert!((s[0][1].unwrap() + 1.0).abs() < 1e-9 && (s[0][0].unwrap() - 1.0).abs() < 1e-9);
        let c = cosine(&[vec![0.5, 0.6, 0.4], vec![0.5, 0.5, 0.5]]);
        assert!(c[0][1].unwrap() > 0.98, "the raw cosine hides it");
    }

    #[test]
    fn vectors_of_several_lengths_are_not_compared() {
        let s = pearson_of_deviations(&[vec![0.5, 0.6], vec![0.5]]);
        assert_eq!(s, [[None, None], [None, None]]);
    }

    #[test]
    fn a_scenario_at_the_mean_has_no_direction() {
        let s = pearson_of_deviations(&[vec![1.0, 0.0], vec![0.0, 1.0], vec![0.5, 0.5]]);
        assert_eq!(s[2], [None, None, None]);
        assert_eq!(s[0][1].map(f64::round), Some(-1.0));
    }
}
