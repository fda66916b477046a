//! Cyclic block minimisation of the logistic loss, one field at a time.
//!
//! Let r_i be the logits without the update, p_i = σ(r_i), and d the update of a field's weights.
//!
//! *Ids.* Every row has one id, so the loss splits into one function per id, with slope
//! g = Σ (p_i − y_i) + l2·w and curvature h = Σ p_i(1 − p_i) + l2 at d = 0. The third derivative of the
//! logistic loss is at most its second, so along a step of length t towards the minimum the objective
//! is at most −|g| t + h(eᵗ − t − 1), which is least at
//!
//! t = ln(1 + |g|/h):
//!
//! a Newton step near the optimum, and never an overshoot far from it. All ids move at once.
//!
//! *Bags.* A row's change is the mean of the changes of its ids, and the loss is convex: it is at most
//! the mean of the losses at each. So the same step holds with every row counting 1/n for each of its n
//! ids.
//!
//! All of it is told by q_i, the probability of what row i was labelled: p_i − y_i = m_i (q_i − 1) with m_i = 2y_i − 1, and
//! p_i(1 − p_i) = q_i(1 − q_i). The q are single precision, the sums and the objective double.
//!
//! *Dense.* With |x| ≤ R the bound stretches: t = ln(1 + R|g|/h)/R.

use super::Field;
use super::field::bag;
use super::logistic::{Weights, add, standardised};
use crate::kernels;
use crate::metrics::is_positive;

/// A fit under way.
pub(super) struct Fit<'a> {
    fields: &'a [Field<'a>],
    rows: &'a [u32],
    /// 1 where a row is positive, −1 where it is not.
    signs: Vec<f64>,
    logits: Vec<f64>,
    /// σ(sign · logit), of the logits as they were last asked for.
    q: Vec<f32>,
    /// Slope and curvature per id of the field at hand; zero between fields.
    sums: Vec<[f64; 2]>,
    /// The ids of each field that the training rows hold; the others stay at zero.
    seen: Vec<Vec<u32>>,
    pub(super) intercept: f64,
    pub(super) weights: Vec<Weights>,
}

impl<'a> Fit<'a> {
    /// All weights zero. The fields, rows and labels have been checked.
    pub(super) fn new(fields: &'a [Field<'a>], rows: &'a [u32], labels: &[f32]) -> Self {
        let mut widest = 0;
        let (mut seen, mut weights) = (Vec::new(), Vec::new());
        for field in fields {
            let mut ids_seen = Vec::new();
            weights.push(match *field {
                Field::Ids { size, .. } | Field::Bags { size, .. } => {
                    widest = widest.max(size);
                    ids_seen = distinct(field, rows, size);
                    Weights::Table(vec![0.0; size])
                }
                Field::Dense(values) => moments(values, rows),
            });
            seen.push(ids_seen);
        }
        let sign = |&row: &u32| {
            if is_positive(labels[row as usize]) {
                1.0
            } else {
                -1.0
            }
        };
        Self {
            fields,
            rows,
            signs: rows.iter().map(sign).collect(),
            logits: vec![0.0; rows.len()],
            q: vec![0.0; rows.len()],
            sums: vec![[0.0; 2]; widest],
            seen,
            intercept: 0.0,
            weights,
        }
    }

    /// Passes over all fields until the objective settles; says whether it did.
    pub(super) fn minimise(&mut self, l2: f64, max_sweeps: usize, tolerance: f64) -> bool {
        let mut before = self.objective(l2);
        for _ in 0..max_sweeps {
            self.move_intercept();
            for index in 0..self.fields.len() {
                self.move_field(index, l2);
            }
            let now = self.objective(l2);
            if before - now <= tolerance * self.rows.len() as f64 {
                return true;
            }
            before = now;
        }
        false
    }

    /// Σ BCE + l2/2 Σ w².
    pub(super) fn objective(&self, l2: f64) -> f64 {
        // −ln q = max(0, −z) + ln(1 + e^−|z|), z the logit by its sign; one logarithm of the product of many rows.
        let mut losses = 0.0;
        for (logits, signs) in self.logits.chunks(512).zip(self.signs.chunks(512)) {
            let mut product = 1.0_f64;
            for (logit, sign) in logits.iter().zip(signs) {
                losses += (-logit * sign).max(0.0);
                product *= 1.0 + (-logit.abs()).exp();
            }
            losses += product.ln();
        }
        let mut squares = 0.0;
        for (weights, seen) in self.weights.iter().zip(&self.seen) {
            squares += match weights {
                Weights::Dense { weight, .. } => weight * weight,
                Weights::Table(table) => seen.iter().map(|&id| table[id as usize].powi(2)).sum(),
            };
        }
        losses + 0.5 * l2 * squares
    }

    /// Brings q to the logits.
    fn predict(&mut self) {
        for (q, (logit, sign)) in self.q.iter_mut().zip(self.logits.iter().zip(&self.signs)) {
            *q = (logit * sign) as f32;
        }
        kernels::sigmoid(&mut self.q, 1.0);
    }

    fn move_intercept(&mut self) {
        self.predict();
        let (mut slope, mut curvature) = (0.0, 0.0);
        for (_, (own_slope, own_curvature)) in each(self.rows, &self.q, &self.signs) {
            slope += own_slope;
            curvature += own_curvature;
        }
        let step = step(slope, curvature, 1.0);
        self.intercept += step;
        self.logits.iter_mut().for_each(|logit| *logit += step);
    }

    fn move_field(&mut self, index: usize, l2: f64) {
        let field = self.fields[index];
        self.predict();
        // What is added to the logits: the steps, under the same shape as the weights.
        let steps = match (&mut self.weights[index], field) {
            (Weights::Table(table), field) => {
                match field {
                    Field::Ids { ids, .. } => {
                        for (&row, (slope, curvature)) in each(self.rows, &self.q, &self.signs) {
                            let sums = &mut self.sums[ids[row as usize] as usize];
                            sums[0] += slope;
                            sums[1] += curvature;
                        }
                    }
                    Field::Bags { offsets, ids, .. } => {
                        for (&row, (slope, curvature)) in each(self.rows, &self.q, &self.signs) {
                            let ids = bag(offsets, ids, row);
                            let share = 1.0 / ids.len().max(1) as f64;
                            for &id in ids {
                                let sums = &mut self.sums[id as usize];
                                sums[0] += share * slope;
                                sums[1] += share * curvature;
                            }
                        }
                    }
                    Field::Dense(_) => {}
                }
                for &id in &self.seen[index] {
                    let weight = &mut table[id as usize];
                    let sums = &mut self.sums[id as usize];
                    let step = step(sums[0] + l2 * *weight, sums[1] + l2, 1.0);
                    *weight += step;
                    sums[0] = step;
                }
                None
            }
            (
                Weights::Dense {
                    weight,
                    mean,
                    scale,
                },
                Field::Dense(values),
            ) => {
                let (mut slope, mut curvature, mut reach) = (l2 * *weight, l2, 0.0_f64);
                for (&row, (own_slope, own_curvature)) in each(self.rows, &self.q, &self.signs) {
                    let x = standardised(values[row as usize], *mean, *scale);
                    slope += x * own_slope;
                    curvature += x * x * own_curvature;
                    reach = reach.max(x.abs());
                }
                let step = step(slope, curvature, reach);
                *weight += step;
                Some(Weights::Dense {
                    weight: step,
                    mean: *mean,
                    scale: *scale,
                })
            }
            (Weights::Dense { .. }, _) => None,
        };
        match steps {
            Some(steps) => add(&field, &steps, self.rows, &mut self.logits),
            None => self.add_steps(field, index),
        }
    }

    /// Adds the steps left in `sums` to the logits and clears them.
    fn add_steps(&mut self, field: Field<'_>, index: usize) {
        let each = self.rows.iter().zip(&mut self.logits);
        match field {
            Field::Ids { ids, .. } => {
                for (&row, logit) in each {
                    *logit += self.sums[ids[row as usize] as usize][0];
                }
            }
            Field::Bags { offsets, ids, .. } => {
                for (&row, logit) in each {
                    let ids = bag(offsets, ids, row);
                    let sum: f64 = ids.iter().map(|&id| self.sums[id as usize][0]).sum();
                    *logit += sum / ids.len().max(1) as f64;
                }
            }
            Field::Dense(_) => {}
        }
        for &id in &self.seen[index] {
            self.sums[id as usize] = [0.0; 2];
        }
    }
}

/// Each row, and slope and curvature of its loss along its logit.
fn each<'a>(
    rows: &'a [u32],
    q: &'a [f32],
    signs: &'a [f64],
) -> impl Iterator<Item = (&'a u32, (f64, f64))> {
    let derivatives = q.iter().zip(signs).map(|(&q, sign)| {
        let q = f64::from(q);
        (sign * (q - 1.0), q * (1.0 - q))
    });
    rows.iter().zip(derivatives)
}

pub(super) fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// The guaranteed step against `slope`, for |x| ≤ `reach`.
fn step(slope: f64, curvature: f64, reach: f64) -> f64 {
    if reach == 0.0 || slope == 0.0 {
        return 0.0;
    }
    // A curvature of zero is a saturated column: the step stays finite.
    let length = (reach * slope.abs() / curvature.max(1e-12)).ln_1p() / reach;
    -length.copysign(slope)
}

fn distinct(field: &Field<'_>, rows: &[u32], size: usize) -> Vec<u32> {
    let mut present = vec![false; size];
    match *field {
        Field::Ids { ids, .. } => rows
            .iter()
            .for_each(|&row| present[ids[row as usize] as usize] = true),
        Field::Bags { offsets, ids, .. } => rows
            .iter()
            .flat_map(|&row| bag(offsets, ids, row))
            .for_each(|&id| present[id as usize] = true),
        Field::Dense(_) => {}
    }
    let ids = (0..).zip(present);
    ids.filter_map(|(id, present)| present.then_some(id))
        .collect()
}

fn moments(values: &[f32], rows: &[u32]) -> Weights {
    let finite = || {
        let values = rows.iter().map(|&row| values[row as usize]);
        values.filter(|v| v.is_finite()).map(f64::from)
    };
    let n = finite().count().max(1) as f64;
    let mean = finite().sum::<f64>() / n;
    let variance = finite().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    Weights::Dense {
        weight: 0.0,
        mean,
        scale: if variance > 0.0 {
            variance.sqrt().recip()
        } else {
            0.0
        },
    }
}
