//! The silhouette: is a point nearer to its own scenario's points than to the nearest other's?

use super::points::Points;

/// Mean over points of (b − a) / max(a, b), with a the mean distance to the point's own scenario and b the
/// smallest mean distance to another's (Rousseeuw 1987). A point alone in its scenario counts 0. `None` with
/// fewer than two scenarios.
pub fn silhouette(points: &Points) -> Option<f64> {
    let mut ids = points.scenario.clone();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < 2 {
        return None;
    }
    let group: Vec<usize> = points
        .scenario
        .iter()
        .map(|id| ids.partition_point(|other| other < id))
        .collect();
    let (n, k) = (group.len(), ids.len());
    let mut sizes = vec![0_usize; k];
    for &g in &group {
        sizes[g] += 1;
    }
    // Sums of distances from every point to every scenario.
    let mut sums = vec![0.0_f64; n * k];
    for i in 0..n {
        for j in i + 1..n {
            let distance = f64::from(distance(points.point(i), points.point(j)));
            sums[i * k + group[j]] += distance;
            sums[j * k + group[i]] += distance;
        }
    }
    let total: f64 = (0..n)
        .map(|i| {
            let own = group[i];
            if sizes[own] < 2 {
                return 0.0;
            }
            let a = sums[i * k + own] / (sizes[own] - 1) as f64;
            let b = (0..k)
                .filter(|&g| g != own)
                .map(|g| sums[i * k + g] / sizes[g] as f64)
                .fold(f64::INFINITY, f64::min);
            let scale = a.max(b);
            if scale > 0.0 { (b - a) / scale } else { 0.0 }
        })
        .sum();
    Some(total / n as f64)
}

/// Euclidean.
pub(super) fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b) * (a - b))
        .sum::<f32>()
        .sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(scenario: &[u32], values: &[f32]) -> Points {
        Points {
            rows: (0..scenario.len() as u32).collect(),
            scenario: scenario.to_vec(),
            size: values.len() / scenario.len(),
            values: values.to_vec(),
        }
    }

    // from sklearn.metrics import silhouette_score
    // silhouette_score([[0, 0], [0, 1], [4, 0], [5, 1], [2, 9]], [2, 2, 3, 3, 5])  -> with the lone point at 0
    #[test]
    fn agrees_with_scikit_learn() {
        let p = points(
            &[2, 2, 3, 3, 5],
            &[0.0, 0.0, 0.0, 1.0, 4.0, 0.0, 5.0, 1.0, 2.0, 9.0],
        );
        let got = silhouette(&p).unwrap();
        assert!((got - EXPECTED).abs() < 1e-6, "{got}");
    }

    const EXPECTED: f64 = 0.586_541_546_971_002_1;

    #[test]
    fn one_scenario_has_no_silhouette_and_points_at_one_place_have_none_to_show() {
        assert_eq!(silhouette(&points(&[2, 2], &[0.0, 1.0])), None);
        assert_eq!(silhouette(&points(&[2, 2, 3, 3], &[1.0; 4])), Some(0.0));
    }
}
