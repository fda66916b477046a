//! What a model does differently for each scenario: its mean weighting matrices, how alike scenarios
//! are, and how far their matrices spread.

#[cfg(feature = "map")]
mod map;
mod points;
mod silhouette;
mod similarity;

#[cfg(feature = "map")]
pub use map::{PointMap, map};
pub use points::{MOST_POINTS, PointOptions, Points, Separation};
pub use silhouette::silhouette;
pub use similarity::{cosine, pearson_of_deviations};

use serde::Serialize;

use crate::data::Dataset;
use crate::error::{Error, ErrorKind, Result};
use crate::metrics::ScenarioMoments;
use crate::model::{BlockShape, Model, Span};

/// The weighting matrices of a model on a set of rows.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The method's name.
    pub method: String,
    /// Rows looked at.
    pub rows: usize,
    /// The scenarios that have rows, in the order of their ids.
    pub scenarios: Vec<ScenarioRows>,
    /// One per modulated layer.
    pub layers: Vec<LayerExplanation>,
    /// Scenario × scenario: Pearson correlation of the mean s of all layers after the mean over
    /// scenarios has been subtracted; `None` where a scenario does not deviate.
    pub similarity: Vec<Vec<Option<f64>>>,
    /// The raw cosine beside it, which is near 1 everywhere since all entries lie near one half.
    pub cosine: Vec<Vec<Option<f64>>>,
}

/// A scenario that has rows.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioRows {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

/// One modulated layer.
#[derive(Debug, Clone, Serialize)]
pub struct LayerExplanation {
    /// d_m, d_n, d_r, d_c.
    #[serde(flatten)]
    pub shape: BlockShape,
    /// Per scenario the mean compact s, d_r × d_c values.
    pub mean: Vec<Vec<f32>>,
    /// Variance of the scenarios' means, weighted by rows, summed over entries.
    pub between: f64,
    /// Mean variance within a scenario, summed over entries.
    pub within: f64,
    /// In the first layer: the input columns of every field.
    pub fields: Vec<Span>,
}

/// The most scenarios that are explained together: each is compared with every other.
pub const MOST_SCENARIOS: usize = 5000;

/// Explains `model` on `rows` of `data`, which was encoded with the model's encoder.
///
/// # Errors
/// [`ErrorKind::Config`] when the method has no weighting matrices, [`ErrorKind::Data`] without rows and where these have more
/// than [`MOST_SCENARIOS`], [`ErrorKind::Device`] when the device was lost.
///
/// # Panics
/// As [`Model::probabilities`].
pub async fn explain(model: &Model, data: &Dataset, rows: &[u32]) -> Result<Explanation> {
    let method = model.config().method.name();
    let shapes = model.block_shapes();
    if shapes.is_empty() {
        return Err(Error::new(
            ErrorKind::Config,
            format!("{method} has no weighting matrices to explain"),
        )
        .hint("explain a dpg or mi-dpg model"));
    }
    if rows.is_empty() {
        return Err(Error::new(ErrorKind::Data, "there are no rows to explain"));
    }
    let mut present: Vec<u32> = rows
        .iter()
        .map(|&row| data.columns.scenario[row as usize])
        .collect();
    present.sort_unstable();
    present.dedup();
    check_count(present.len())?;
    let names = model.encoder().scenarios();
    let mut moments: Vec<_> = shapes
        .iter()
        .map(|s| ScenarioMoments::new(names.len(), s.len()))
        .collect();
    model
        .explain_rows(&data.columns, rows, |chunk| {
            for (moments, s) in moments.iter_mut().zip(&chunk.weighting) {
                moments.add(
                    chunk
                        .rows
                        .iter()
                        .map(|&row| data.columns.scenario[row as usize]),
                    s,
                );
            }
            Ok(())
        })
        .await?;

    let counts = moments[0].counts();
    let present: Vec<usize> = present.into_iter().map(|d| d as usize).collect();
    let scenarios = present
        .iter()
        .map(|&d| ScenarioRows {
            name: names[d].clone(),
            rows: counts[d],
        })
        .collect();
    let all: Vec<Vec<f64>> = present
        .iter()
        .map(|&d| {
            moments
                .iter()
                .flat_map(|m| m.mean(d).iter().copied())
                .collect()
        })
        .collect();
    let layers = shapes
        .into_iter()
        .zip(&moments)
        .enumerate()
        .map(|(l, (shape, moments))| {
            let (between, within) = moments.spread();
            LayerExplanation {
                shape,
                mean: present
                    .iter()
                    .map(|&d| moments.mean(d).iter().map(|&v| v as f32).collect())
                    .collect(),
                between,
                within,
                fields: if l == 0 {
                    model.layout().spans.clone()
                } else {
                    Vec::new()
                },
            }
        })
        .collect();
    Ok(Explanation {
        method: method.to_owned(),
        rows: rows.len(),
        scenarios,
        layers,
        similarity: pearson_of_deviations(&all),
        cosine: cosine(&all),
    })
}

fn check_count(scenarios: usize) -> Result<()> {
    if scenarios <= MOST_SCENARIOS {
        return Ok(());
    }
    let message = format!(
        "the rows are of {scenarios} scenarios, and {MOST_SCENARIOS} can be compared with each other"
    );
    Err(Error::new(ErrorKind::Data, message)
        .hint("explain rows of fewer, or a model whose schema has another [scenario]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_without_end_are_told_and_not_compared() {
        check_count(MOST_SCENARIOS).unwrap();
        let error = check_count(MOST_SCENARIOS + 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("5001 scenarios"), "{error}");
    }
}
