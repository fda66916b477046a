//! Variants and sizes of DPG's matrices on one data set, and APG beside them: Figure 2 a, c, e.

use serde::Serialize;

use super::outcome::{Outcome, Trial};
use crate::metrics::{MeanStd, mean_std};
use crate::model::{
    ApgConfig, InputLayout, Method, NetworkConfig, Variant, WeightingConfig, shapes,
};
use crate::train::TrainOptions;

/// Which sizes are swept; d_k is 1, 2, 4 in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Grid {
    /// d_r and d_c each 1/2, 1/4, 1/8, 1/16 of the layer's widths, in all pairs
    Paper,
    /// d_r and d_c the same fraction
    Diagonal,
}

/// How APG's ranks follow a DPG of variant r (the paper aligns "the parameters of the two models" and
/// does not say how).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alignment {
    /// The same number of parameters in the network.
    Total,
    /// The same number of generated values in every layer, k² = d_r d_k.
    Generated,
}

/// A line of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Series {
    /// DPG of a variant.
    Dpg(Variant),
    /// APG aligned with DPG of variant r.
    Apg(Alignment),
}

/// One size of one series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The line it is on.
    pub series: Series,
    /// d_k, d_r's and d_c's denominators; APG's are those of the DPG it is aligned with. `None` for `non`, which
    /// has no size.
    pub matrix: Option<[usize; 3]>,
    /// Entries of the low-rank factors, summed over layers: Σ d_k (d_r + d_c); of APG Σ k²; of `non` Σ d_m d_n.
    pub size: usize,
    /// Parameters of the network.
    pub parameters: usize,
    /// The settings of its trials, but for the seed.
    pub options: TrainOptions,
}

/// A point and what came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweptPoint {
    /// Which point.
    #[serde(flatten)]
    pub point: Point,
    /// AUC on the test part.
    pub auc: Option<MeanStd>,
    /// LogLoss on the test part.
    pub logloss: Option<MeanStd>,
    /// Wall-clock time of a trial.
    pub seconds: Option<MeanStd>,
    /// Whether it has its series' highest mean AUC.
    pub best: bool,
}

/// A sweep: its points, series by series.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The points.
    pub points: Vec<Point>,
    trials: usize,
}

const INNER: [usize; 3] = [1, 2, 4];
const DIVISORS: [usize; 4] = [2, 4, 8, 16];

impl Sweep {
    /// The points of `grid` for inputs of `layout`; `base` gives everything but the method.
    pub fn new(grid: Grid, trials: usize, base: &TrainOptions, layout: &InputLayout) -> Self {
        let mut points = vec![dpg(base, layout, Variant::Non, None)];
        for variant in [Variant::Rc, Variant::R, Variant::C] {
            for dk in INNER {
                for dr in DIVISORS {
                    for dc in DIVISORS {
                        if grid == Grid::Paper || dr == dc {
                            points.push(dpg(base, layout, variant, Some([dk, dr, dc])));
                        }
                    }
                }
            }
        }
        for alignment in [Alignment::Total, Alignment::Generated] {
            for dk in INNER {
                for div in DIVISORS {
                    points.push(apg(base, layout, alignment, [dk, div, div]));
                }
            }
        }
        Self { points, trials }
    }

    /// Every seed of every point.
    pub fn trials(&self) -> Vec<Trial> {
        self.points
            .iter()
            .flat_map(|point| {
                (0..self.trials as u64).map(|i| Trial {
                    options: TrainOptions {
                        seed: point.options.seed.wrapping_add(i),
                        ..point.options.clone()
                    },
                    measured: true,
                })
            })
            .collect()
    }

    /// The points with the outcomes of [`trials`](Self::trials), in its order.
    pub fn swept(self, outcomes: &[Outcome]) -> Vec<SweptPoint> {
        let mut swept: Vec<SweptPoint> = self
            .points
            .into_iter()
            .zip(outcomes.chunks(self.trials.max(1)))
            .map(|(point, outcomes)| {
                let over = |get: fn(&Outcome) -> Option<f64>| {
                    let values: Option<Vec<f64>> = outcomes.iter().map(get).collect();
                    values.and_then(|values| mean_std(&values))
                };
                SweptPoint {
                    auc: over(|o| o.report.as_ref()?.auc),
                    logloss: over(|o| o.report.as_ref()?.logloss),
                    seconds: over(|o| Some(o.seconds)),
                    best: false,
                    point,
                }
            })
            .collect();
        for i in 0..swept.len() {
            let auc = |place: usize| swept[place].auc.map(|auc| auc.mean);
            // Of equal ones the first.
            let best = (0..swept.len())
                .filter(|&place| swept[place].point.series == swept[i].point.series)
                .filter(|&place| auc(place).is_some())
                .reduce(|best, place| if auc(place) > auc(best) { place } else { best });
            swept[i].best = best == Some(i);
        }
        swept
    }
}

fn network(base: &TrainOptions, method: Method) -> NetworkConfig {
    NetworkConfig {
        method,
        ..base.network.clone()
    }
}

fn parameters(network: &NetworkConfig, layout: &InputLayout) -> usize {
    shapes::count(&shapes::of_layout(network, layout))
}

fn weighting(variant: Variant, matrix: Option<[usize; 3]>) -> WeightingConfig {
    let [dk, dr_div, dc_div] = matrix.unwrap_or([1, 1, 1]);
    WeightingConfig {
        variant,
        dk,
        dr_div,
        dc_div,
        ..Default::default()
    }
}

fn dpg(
    base: &TrainOptions,
    layout: &InputLayout,
    variant: Variant,
    matrix: Option<[usize; 3]>,
) -> Point {
    let weighting = weighting(variant, matrix);
    let network = network(base, Method::Dpg { weighting });
    let blocks = network.block_shapes(layout.width);
    let size = blocks.iter().map(|block| match matrix {
        Some([dk, ..]) => dk * (block.dr + block.dc),
        None => block.len(),
    });
    Point {
        series: Series::Dpg(variant),
        matrix,
        size: size.sum(),
        parameters: parameters(&network, layout),
        options: TrainOptions {
            network,
            ..base.clone()
        },
    }
}

fn apg(
    base: &TrainOptions,
    layout: &InputLayout,
    alignment: Alignment,
    matrix: [usize; 3],
) -> Point {
    let of = |ranks: Vec<usize>| {
        network(
            base,
            Method::Apg(ApgConfig {
                ranks: Some(ranks),
                ..Default::default()
            }),
        )
    };
    let twin = dpg(base, layout, Variant::R, Some(matrix));
    let blocks = twin.options.network.block_shapes(layout.width);
    let ranks: Vec<usize> = match alignment {
        Alignment::Generated => blocks
            .iter()
            .map(|block| ((block.dr * matrix[0]) as f64).sqrt().round().max(1.0) as usize)
            .collect(),
        Alignment::Total => {
            // Ranks in proportion to the narrower side of each layer; the count grows with them.
            let scaled = |permille: usize| -> Vec<usize> {
                let rank = |dn: usize, dm: usize| (dn.min(dm) * permille).div_ceil(1000).max(1);
                blocks.iter().map(|b| rank(b.dn, b.dm)).collect()
            };
            let distance = |permille: &usize| {
                parameters(&of(scaled(*permille)), layout).abs_diff(twin.parameters)
            };
            let best = (1..=2000).min_by_key(distance).unwrap_or(1);
            scaled(best)
        }
    };
    let size = ranks.iter().map(|k| k * k).sum();
    let network = of(ranks);
    Point {
        series: Series::Apg(alignment),
        matrix: Some(matrix),
        size,
        parameters: parameters(&network, layout),
        options: TrainOptions {
            network,
            ..base.clone()
        },
    }
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
