//! Rows as points: the compact s of every layer, side by side.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::silhouette::silhouette;
use crate::data::Dataset;
use crate::error::{Error, ErrorKind, Result};
use crate::metrics::ScenarioMoments;
use crate::model::Model;
use crate::random::Stream;

/// Which rows and which of s become points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointOptions {
    /// Most rows of a scenario; of all [`MOST_POINTS`].
    pub per_scenario: usize,
    /// One layer (from 0), or all of them side by side.
    pub layer: Option<usize>,
    /// Seed of the choice of rows.
    pub seed: u64,
}

/// Most points in all: a map of more takes minutes, and is a smear.
pub const MOST_POINTS: usize = 5000;

impl Default for PointOptions {
    fn default() -> Self {
        Self {
            per_scenario: 300,
            layer: None,
            seed: 1,
        }
    }
}

/// Rows in the space of s.
#[derive(Debug, Clone)]
pub struct Points {
    /// The rows' positions in the data.
    pub rows: Vec<u32>,
    /// The scenario id of each.
    pub scenario: Vec<u32>,
    /// Values of a point.
    pub size: usize,
    /// `rows.len() × size` values.
    pub values: Vec<f32>,
}

/// How well scenarios part in the space of s (not on a map of it).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Separation {
    /// Mean silhouette over the points, −1 to 1; `None` with fewer than two scenarios.
    pub silhouette: Option<f64>,
    /// Variance of the scenarios' means, weighted by their points, summed over entries.
    pub between: f64,
    /// Mean variance within a scenario, summed over entries.
    pub within: f64,
    /// between / within; `None` where nothing varies within.
    pub ratio: Option<f64>,
}

impl Points {
    /// At most `per_scenario` of `rows` from each scenario and [`MOST_POINTS`] in all, by a seeded draw, through `model`. Where
    /// scenarios are too many for two points of each, those with the most rows have them.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a layer that the model does not have, [`ErrorKind::Device`] when the device was
    /// lost.
    ///
    /// # Panics
    /// As [`Model::probabilities`].
    pub async fn of(
        model: &Model,
        data: &Dataset,
        rows: &[u32],
        options: PointOptions,
    ) -> Result<Self> {
        let layers = model.block_shapes().len();
        if let Some(layer) = options.layer.filter(|&layer| layer >= layers) {
            return Err(Error::new(
                ErrorKind::Config,
                format!("there is no layer {}; the model has {layers}", layer + 1),
            )
            .hint("change --layer"));
        }
        let rows = sample(rows, &data.columns.scenario, options);
        let mut points = Self {
            scenario: rows
                .iter()
                .map(|&row| data.columns.scenario[row as usize])
                .collect(),
            rows: rows.clone(),
            size: 0,
            values: Vec::new(),
        };
        model
            .explain_rows(&data.columns, &rows, |chunk| {
                let count = chunk.rows.len();
                let taken: Vec<&[f32]> = chunk
                    .weighting
                    .iter()
                    .enumerate()
                    .filter(|(l, _)| options.layer.is_none_or(|layer| layer == *l))
                    .map(|(_, s)| s.as_slice())
                    .collect();
                points.size = taken.iter().map(|s| s.len() / count).sum();
                for row in 0..count {
                    for s in &taken {
                        let width = s.len() / count;
                        points.values.extend_from_slice(&s[row * width..][..width]);
                    }
                }
                Ok(())
            })
            .await?;
        Ok(points)
    }

    /// Point `i`.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn point(&self, i: usize) -> &[f32] {
        &self.values[i * self.size..][..self.size]
    }

    /// The ids of the scenarios that have points, and of every point its scenario's place among them.
    pub fn places(&self) -> (Vec<u32>, Vec<usize>) {
        let mut present = self.scenario.clone();
        present.sort_unstable();
        present.dedup();
        let places = self
            .scenario
            .iter()
            .map(|id| present.partition_point(|other| other < id))
            .collect();
        (present, places)
    }

    /// How well scenarios part.
    pub fn separation(&self) -> Separation {
        let scenarios = self
            .scenario
            .iter()
            .max()
            .map_or(0, |max| *max as usize + 1);
        let mut moments = ScenarioMoments::new(scenarios, self.size);
        moments.add(self.scenario.iter().copied(), &self.values);
        let (between, within) = moments.spread();
        Separation {
            silhouette: silhouette(self),
            between,
            within,
            ratio: (within > 0.0).then(|| between / within),
        }
    }
}

/// Rows in their order, at most `per_scenario` of each scenario, and fewer where scenarios are so many that there would be
/// more than [`MOST_POINTS`]; but two of each, and of as many as that leaves room for.
fn sample(rows: &[u32], scenario: &[u32], options: PointOptions) -> Vec<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for &row in rows {
        *counts.entry(scenario[row as usize]).or_default() += 1;
    }
    let mut chosen: Vec<(u32, usize)> = counts.into_iter().collect();
    // Of as many rows the first.
    chosen.sort_by_key(|(_, rows)| Reverse(*rows));
    chosen.truncate(MOST_POINTS / 2);
    let each = (MOST_POINTS / chosen.len().max(1)).min(options.per_scenario);
    let mut left: BTreeMap<u32, usize> = chosen.into_iter().map(|(id, _)| (id, each)).collect();
    let mut order = rows.to_vec();
    Stream::new(options.seed, "points").shuffle(&mut order);
    order.retain(|&row| match left.get_mut(&scenario[row as usize]) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    });
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_takes_the_same_rows_again_and_no_scenario_too_often() {
        let scenario: Vec<u32> = (0..100).map(|i| if i < 90 { 2 } else { 3 }).collect();
        let rows: Vec<u32> = (0..100).collect();
        let options = PointOptions {
            per_scenario: 20,
            ..Default::default()
        };
        let taken = sample(&rows, &scenario, options);
        assert_eq!(taken.len(), 30);
        assert!(taken.is_sorted() && taken[20..] == rows[90..]);
        assert_eq!(sample(&rows, &scenario, options), taken);
        // Many scenarios share what there is of points.
        let many: Vec<u32> = (0..40_000).map(|i| i % 100).collect();
        let rows: Vec<u32> = (0..40_000).collect();
        let default = PointOptions::default();
        assert_eq!(sample(&rows, &many, default).len(), MOST_POINTS);
        // And where there is not enough for two of each, the largest have some.
        let each: Vec<u32> = (0..40_000)
            .map(|i| if i < 9 { 9999 } else { i / 4 })
            .collect();
        let taken = sample(&rows, &each, default);
        assert_eq!(taken.len(), MOST_POINTS);
        let of = |id: u32| {
            taken
                .iter()
                .filter(|&&row| each[row as usize] == id)
                .count()
        };
        assert_eq!((of(9999), of(3), of(9998)), (2, 2, 0));
        let rows: Vec<u32> = (0..100).collect();

        let other = PointOptions { seed: 2, ..options };
        assert_ne!(sample(&rows, &scenario, other), taken);
    }
}
