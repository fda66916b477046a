//! Spread of a vector between and within scenarios, accumulated row by row.

/// Per scenario the count, mean and sum of squared deviations of a vector (Welford's recurrences, so
/// that a million rows lose no precision). Vectors are held of the scenarios that have rows alone.
#[derive(Debug, Clone)]
pub struct ScenarioMoments {
    size: usize,
    counts: Vec<u64>,
    /// The place of each scenario's mean among the means; that of one without rows is the first.
    places: Vec<usize>,
    /// Zeros, then the mean of each scenario that has rows.
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl ScenarioMoments {
    /// For `scenarios` scenario ids and vectors of `size` values.
    pub fn new(scenarios: usize, size: usize) -> Self {
        Self {
            size,
            counts: vec![0; scenarios],
            places: vec![0; scenarios],
            means: vec![0.0; size],
            squares: vec![0.0; scenarios],
        }
    }

    /// Adds rows: `values` holds `size` values for each scenario id. An id out of range is left out.
    pub fn add(&mut self, scenarios: impl Iterator<Item = u32>, values: &[f32]) {
        let size = self.size;
        for (scenario, row) in scenarios.zip(values.chunks_exact(size.max(1))) {
            let scenario = scenario as usize;
            let Some(count) = self.counts.get_mut(scenario) else {
                continue;
            };
            if *count == 0 {
                self.places[scenario] = self.means.len() / size.max(1);
                self.means.resize(self.means.len() + size, 0.0);
            }
            *count += 1;
            let n = *count as f64;
            let means = &mut self.means[self.places[scenario] * size..][..size];
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

    /// Mean vector of a scenario; zeros where it has no rows.
    ///
    /// # Panics
    /// When there is no such scenario.
    pub fn mean(&self, scenario: usize) -> &[f64] {
        &self.means[self.places[scenario] * self.size..][..self.size]
    }

    /// (between, within): the variance of the scenarios' means weighted by their rows, and the mean
    /// variance within a scenario, each summed over the vector's entries.
    pub fn spread(&self) -> (f64, f64) {
        let total = self.counts.iter().sum::<u64>() as f64;
        if total == 0.0 {
            return (0.0, 0.0);
        }
        let within = self.squares.iter().sum::<f64>() / total;
        let each = || {
            let present = self.counts.iter().enumerate().filter(|(_, n)| **n > 0);
            present.map(|(d, &n)| (n as f64 / total, self.mean(d)))
        };
        let mut mean = vec![0.0; self.size];
        for (share, own) in each() {
            for (mean, own) in mean.iter_mut().zip(own) {
                *mean += share * own;
            }
        }
        let mut variance = vec![0.0; self.size];
        for (share, own) in each() {
            for (variance, (own, mean)) in variance.iter_mut().zip(own.iter().zip(&mean)) {
                *variance += share * (own - mean).powi(2);
            }
        }
        (variance.iter().sum(), within)
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
    fn scenarios_without_rows_take_no_vectors() {
        // All of them would be 80 GB.
        let mut moments = ScenarioMoments::new(1_000_000, 10_000);
        let rows = vec![0.5; 2 * 10_000];
        moments.add([7, 999_999].into_iter(), &rows);
        assert_eq!(moments.mean(999_999), vec![0.5; 10_000]);
        assert_eq!(moments.mean(8), vec![0.0; 10_000]);
        assert_eq!(moments.spread(), (0.0, 0.0));
    }

    #[test]
    fn no_rows_have_no_spread() {
        assert_eq!(ScenarioMoments::new(2, 3).spread(), (0.0, 0.0));
    }
}
