//! L2-regularised logistic regression on sparse columns.

use super::Field;
use super::field::bag;
use super::sweep::{Fit, sigmoid};
use crate::error::{Error, ErrorKind, Result};
use crate::metrics::logloss;

/// How to fit a [`LogisticRegression`].
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticOptions {
    /// The L2 weight when there are no validation rows; default 10. It reads as rows of evidence that
    /// every weight is zero: 1/`l2` is the prior variance of a weight.
    pub l2: f64,
    /// The L2 weights to choose from on the validation rows; default 300 down to 0.1.
    pub candidates: Vec<f64>,
    /// At most this many passes over all fields per L2 weight; default 200.
    pub max_sweeps: usize,
    /// Stop when a pass lowers the objective by less than this, in nats per row; default 1e-7.
    pub tolerance: f64,
}

impl Default for LogisticOptions {
    fn default() -> Self {
        Self {
            l2: 10.0,
            candidates: vec![300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1],
            max_sweeps: 200,
            tolerance: 1e-7,
        }
    }
}

/// The weights of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Weights {
    /// One weight per id.
    Table(Vec<f64>),
    /// The weight of (x − mean)·scale.
    Dense { weight: f64, mean: f64, scale: f64 },
}

/// A logistic regression, P(y = 1) = σ(b + Σ_fields w·x), without interactions: the yardstick for what
/// scenario-specific weights add on generated data. Leave the scenario columns out and it is blind to
/// the scenario; leave them in and it has one intercept per scenario and nothing more.
///
/// Minimises Σ_i BCE_i + l2/2 Σ w² (the intercept is free) by cyclic block updates that need no step
/// size and never raise the objective; see the `sweep` module. Deterministic, one thread. Some tens of passes per L2
/// weight; memory 24 bytes per id and 20 per row.
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    pub(super) intercept: f64,
    pub(super) weights: Vec<Weights>,
    l2: f64,
    converged: bool,
}

impl LogisticRegression {
    /// Fits on `rows_train` of `fields`; rows are indices into the fields and `labels`, and may repeat.
    ///
    /// With `rows_valid`, the candidates for L2 are tried from the strongest to the weakest, each started
    /// from the one before, until the validation LogLoss rises; the best is kept.
    ///
    /// # Errors
    /// No training rows, fields and labels of different lengths, ids or rows out of range
    /// ([`ErrorKind::Data`]); an L2 weight that is not positive ([`ErrorKind::Config`]).
    pub fn fit(
        fields: &[Field<'_>],
        rows_train: &[u32],
        rows_valid: &[u32],
        labels: &[f32],
        options: &LogisticOptions,
    ) -> Result<Self> {
        check(fields, labels.len(), &[rows_train, rows_valid])?;
        if rows_train.is_empty() {
            let message = "a logistic regression needs training rows";
            return Err(Error::new(ErrorKind::Data, message));
        }
        let mut path = if rows_valid.is_empty() {
            vec![options.l2]
        } else {
            options.candidates.clone()
        };
        if path.is_empty() || path.iter().any(|l2| !(l2.is_finite() && *l2 > 0.0)) {
            let message = "the L2 weights must be positive numbers, at least one";
            return Err(Error::new(ErrorKind::Config, message));
        }
        path.sort_unstable_by(|a, b| b.total_cmp(a));

        let mut fit = Fit::new(fields, rows_train, labels);
        let valid_labels: Vec<f32> = rows_valid.iter().map(|&r| labels[r as usize]).collect();
        let mut best: Option<(f64, Self)> = None;
        for l2 in path {
            let converged = fit.minimise(l2, options.max_sweeps, options.tolerance);
            let model = |fit: &Fit<'_>| Self {
                intercept: fit.intercept,
                weights: fit.weights.clone(),
                l2,
                converged,
            };
            let predicted = probabilities(fit.intercept, &fit.weights, fields, rows_valid);
            let loss = logloss(&predicted, &valid_labels).unwrap_or(f64::INFINITY);
            match &best {
                Some((least, _)) if *least <= loss => break,
                _ => best = Some((loss, model(&fit))),
            }
        }
        best.map(|(_, model)| model)
            .ok_or_else(|| Error::new(ErrorKind::Config, "no L2 weight to try"))
    }

    /// Probabilities of `rows` of `fields`, which are the columns of the fit, maybe of other data.
    ///
    /// # Errors
    /// When fields differ in number, kind or size from those of the fit, or rows or ids are out of range
    /// ([`ErrorKind::Data`]).
    pub fn predict(&self, fields: &[Field<'_>], rows: &[u32]) -> Result<Vec<f32>> {
        let fits = fields.len() == self.weights.len()
            && fields.iter().zip(&self.weights).all(|pair| match pair {
                (Field::Ids { size, .. } | Field::Bags { size, .. }, Weights::Table(table)) => {
                    *size == table.len()
                }
                (Field::Dense(_), Weights::Dense { .. }) => true,
                _ => false,
            });
        if !fits {
            let message = "these are not the fields of the logistic regression";
            return Err(Error::new(ErrorKind::Data, message));
        }
        let total = fields.first().map_or(usize::MAX, Field::rows);
        check(fields, total, &[rows])?;
        Ok(probabilities(self.intercept, &self.weights, fields, rows))
    }

    /// The L2 weight that was used.
    pub fn l2(&self) -> f64 {
        self.l2
    }

    /// Whether the last pass was below the tolerance.
    pub fn converged(&self) -> bool {
        self.converged
    }
}

fn check(fields: &[Field<'_>], total: usize, row_sets: &[&[u32]]) -> Result<()> {
    for (index, field) in fields.iter().enumerate() {
        field.check(index, total)?;
    }
    match row_sets
        .iter()
        .copied()
        .flatten()
        .find(|&&row| row as usize >= total)
    {
        Some(row) => Err(Error::new(
            ErrorKind::Data,
            format!("row {row} of {total} rows"),
        )),
        None => Ok(()),
    }
}

fn probabilities(
    intercept: f64,
    weights: &[Weights],
    fields: &[Field<'_>],
    rows: &[u32],
) -> Vec<f32> {
    let mut logits = vec![intercept; rows.len()];
    for (field, weights) in fields.iter().zip(weights) {
        add(field, weights, rows, &mut logits);
    }
    logits.iter().map(|&logit| sigmoid(logit) as f32).collect()
}

/// Adds the contribution of one field to the logits of `rows`.
pub(super) fn add(field: &Field<'_>, weights: &Weights, rows: &[u32], logits: &mut [f64]) {
    let each = rows.iter().zip(logits);
    match (field, weights) {
        (Field::Ids { ids, .. }, Weights::Table(table)) => {
            for (&row, logit) in each {
                *logit += table[ids[row as usize] as usize];
            }
        }
        (Field::Bags { offsets, ids, .. }, Weights::Table(table)) => {
            for (&row, logit) in each {
                let ids = bag(offsets, ids, row);
                let sum: f64 = ids.iter().map(|&id| table[id as usize]).sum();
                *logit += sum / ids.len().max(1) as f64;
            }
        }
        (
            Field::Dense(values),
            &Weights::Dense {
                weight,
                mean,
                scale,
            },
        ) => {
            for (&row, logit) in each {
                *logit += weight * standardised(values[row as usize], mean, scale);
            }
        }
        _ => {}
    }
}

/// (x − mean)·scale, or 0 where x is not finite.
pub(super) fn standardised(value: f32, mean: f64, scale: f64) -> f64 {
    if value.is_finite() {
        (f64::from(value) - mean) * scale
    } else {
        0.0
    }
}

#[cfg(test)]
#[path = "logistic_tests.rs"]
mod tests;
