//! Spread of a vector between and within scenarios, accumulated row by row.

/// Per scenario the count, mean and sum of squared deviations of a vector (Welford's recurrences, so
/// that a million rows lose no precision).
#[derive(Debug, Clone)]
pub struct ScenarioMoments {
    size: usize,
    counts: Vec<u64>,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl ScenarioMoments {
    /// For `scenarios` scenario ids and vectors of `size` values.
    pub fn new(scenarios: usize, size: usize) -> Self {
        Self {
            size,
            counts: vec![0; scenarios],
            means: vec![0.0; scenarios * size],
            squares: vec![0.0; scenarios],
        }
    }

    /// Adds rows: `values` holds `size` values for each scenario id. An id out of range is left out.
    pub fn add(&mut self, scenarios: impl Iterator<Item = u32>, values: &[f32]) {
        for (scenario, row) in scenarios.zip(values.chunks_exact(self.size.max(1))) {
            let scenario = scenario as usize;
            let Some(count) = self.counts.get_mut(scenario) else {
                continue;
            };
            *count += 1;
            let n = *count as f64;
            let means = &mut self.means[scenario * self.size..][..self.size];
            let mut square = 0.0;
            for (mean, &value) in means.iter_mut().zip(row) {
                let before = f64::from(value) - *mean;
                *mean += before / n;
                square += before * (f64::from(value) - *mean);
            }
            self.squares[scenario] += square;
        }
    }

    /// Rows of each scenario.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Mean vector of a scenario.
    pub fn mean(&self, scenario: usize) -> &[f64] {
        &self.means[scenario * self.size..][..self.size]
    }

    /// (between, within): the variance of the scenarios' means weighted by their rows, and the mean
    /// variance within a scenario, each summed over the vector's entries.
    pub fn spread(&self) -> (f64, f64) {
        let total = self.counts.iter().sum::<u64>() as f64;
        if total == 0.0 {
            return (0.0, 0.0);
        }
        let within = self.squares.iter().sum::<f64>() / total;
        let between = (0..self.size)
            .map(|i| {
                let each = || {
                    self.counts
                        .iter()
                        .enumerate()
                        .map(|(d, &n)| (n as f64 / total, self.means[d * self.size + i]))
                };
                let mean: f64 = each().map(|(share, mean)| share * mean).sum();
                each()
                    .map(|(share, value)| share * (value - mean).powi(2))
                    .sum::<f64>()
            })
            .sum();
        (between, within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_the_textbooks_decomposition() {
        let mut moments = ScenarioMoments::new(3, 2);
        let rows = [[0.0_f32, 1.0], [2.0, 1.0], [10.0, 0.0], [12.0, 4.0]];
        moments.add([1, 1, 2, 2].into_iter(), rows.as_flattened());
        assert_eq!(moments.counts(), [0, 2, 2]);
        assert_eq!(moments.mean(2), [11.0, 2.0]);
        let (between, within) = moments.spread();
        assert!((between - (25.0 + 0.25)).abs() < 1e-12, "{between}");
        assert!(
            (within - (1.0 + 1.0 + 0.0 + 4.0) / 2.0).abs() < 1e-12,
            "{within}"
        );
        // Total variance = between + within.
        let total: f64 = (0..2)
            .map(|i| {
                let mean = rows.iter().map(|r| f64::from(r[i])).sum::<f64>() / 4.0;
                rows.iter()
                    .map(|r| (f64::from(r[i]) - mean).powi(2))
                    .sum::<f64>()
                    / 4.0
            })
            .sum();
        assert!((total - between - within).abs() < 1e-12);
    }

    #[test]
    fn no_rows_have_no_spread() {
        assert_eq!(ScenarioMoments::new(2, 3).spread(), (0.0, 0.0));
    }
}
