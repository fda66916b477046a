//! Adam for embedding tables that live on the host: a step costs what the batch touches.
//!
//! The semantics are those of PyTorch's `SparseAdam`. For every touched row with gradient g, at the
//! global step t:
//!
//! m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²
//!
//! w ← w − lr · √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)
//!
//! Three things differ from the Adam of the paper's TensorFlow 1.13: rows that the batch does not touch
//! stay where they are (there, their momentum still moves them), t counts the steps of the optimiser and
//! not those of the row, and ε joins the root before its bias correction. So the first move of a row is
//! lr at the first step and grows towards (1 − β₁)/√(1 − β₂) ≈ 3.2 lr for rows that are first seen late.

use crate::error::{Error, ErrorKind, Result};
use crate::kernels::Adam;
use serde::{Deserialize, Serialize};

/// The settings of Adam; the defaults are lr 1e-3, β 0.9 and 0.999, ε 1e-8.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdamConfig {
    /// Step size.
    pub lr: f64,
    /// Decay of the mean of the gradients.
    pub beta1: f64,
    /// Decay of the mean of their squares.
    pub beta2: f64,
    /// Keeps the division finite.
    pub eps: f64,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
        }
    }
}

/// The moments of one table, row-major like the table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moments {
    /// m, the running mean of the gradients.
    pub first: Vec<f32>,
    /// v, the running mean of their squares.
    pub second: Vec<f32>,
}

/// Lazy Adam over any number of tables: see the module for its equations.
///
/// One step is one [`begin_step`](Self::begin_step), then one [`update`](Self::update) per table that
/// the batch touches. All arithmetic on the numbers is `f32` in a fixed order and the bias correction
/// uses no platform's `pow`, so the same inputs give the same bits everywhere, and
/// [`into_state`](Self::into_state) followed by [`from_state`](Self::from_state) changes nothing.
///
/// ```
/// use mi_dpg::train::lazy_adam::{AdamConfig, LazyAdam};
/// let mut table = vec![0.0; 3 * 2];
/// let mut adam = LazyAdam::new(AdamConfig::default(), &[table.len()]);
/// adam.begin_step();
/// adam.update(0, &mut table, 2, &[1], &[1.0, -1.0])?;
/// assert!((table[2] + 1e-3).abs() < 1e-6 && table[4] == 0.0);
/// # Ok::<(), mi_dpg::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LazyAdam {
    config: AdamConfig,
    step: u64,
    moments: Vec<Moments>,
}

impl LazyAdam {
    /// An optimiser at step 0 for tables of `sizes` numbers (rows × dim) each.
    ///
    /// Memory: 8 bytes per number of the tables. The zeros come from the allocator, so on most hosts
    /// pages of rows that are never touched are never made resident.
    pub fn new(config: AdamConfig, sizes: &[usize]) -> Self {
        let moments = sizes
            .iter()
            .map(|&size| Moments {
                first: vec![0.0; size],
                second: vec![0.0; size],
            })
            .collect();
        Self {
            config,
            step: 0,
            moments,
        }
    }

    /// The optimiser at `step` with these moments, one per table.
    ///
    /// # Errors
    /// When the two moments of a table differ in size ([`ErrorKind::ModelFile`]: they come from a
    /// checkpoint).
    pub fn from_state(config: AdamConfig, step: u64, moments: Vec<Moments>) -> Result<Self> {
        match moments.iter().position(|m| m.first.len() != m.second.len()) {
            Some(table) => Err(Error::new(
                ErrorKind::ModelFile,
                format!("the two Adam moments of table {table} differ in size"),
            )),
            None => Ok(Self {
                config,
                step,
                moments,
            }),
        }
    }

    /// The settings.
    pub fn config(&self) -> AdamConfig {
        self.config
    }

    /// Changes the step size, from the next step on.
    pub fn set_lr(&mut self, lr: f64) {
        self.config.lr = lr;
    }

    /// Steps begun so far.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The moments, one per table: with [`step`](Self::step), all that a checkpoint needs.
    pub fn moments(&self) -> &[Moments] {
        &self.moments
    }

    /// The constants of the current step.
    #[cfg(feature = "webgpu")]
    pub(super) fn rule(&self) -> Adam {
        rule(&self.config, self.step)
    }

    /// Takes moments that were moved elsewhere, of the same sizes.
    #[cfg(feature = "webgpu")]
    pub(super) fn set_moments(&mut self, moments: Vec<Moments>) {
        self.moments = moments;
    }

    /// The step and the moments, without a copy.
    pub fn into_state(self) -> (u64, Vec<Moments>) {
        (self.step, self.moments)
    }

    /// Begins the next step, for all tables.
    pub fn begin_step(&mut self) {
        self.step += 1;
    }

    /// Moves the rows `touched` of table `index` by their `gradients` (touched × `dim`, in the order of
    /// `touched`). Rows must be distinct: a batch adds up the gradients of an id first.
    ///
    /// # Errors
    /// When no step has begun, or the sizes do not fit each other, or a row is out of range
    /// ([`ErrorKind::Usage`]); nothing has changed then.
    pub fn update(
        &mut self,
        index: usize,
        table: &mut [f32],
        dim: usize,
        touched: &[u32],
        gradients: &[f32],
    ) -> Result<()> {
        let count = self.moments.len();
        let Some(mut own) = self.tables().nth(index) else {
            return Err(usage(format!("lazy Adam has {count} tables, no {index}")));
        };
        own.update(table, dim, touched, gradients)
    }

    /// The current step of every table by itself, so that they can be worked on side by side.
    pub(super) fn tables(&mut self) -> impl Iterator<Item = TableStep<'_>> {
        let rule = (self.step > 0).then(|| rule(&self.config, self.step));
        let moments = self.moments.iter_mut().enumerate();
        moments.map(move |(index, moments)| TableStep {
            index,
            rule,
            moments,
        })
    }
}

/// What the current step does to one table.
pub(super) struct TableStep<'a> {
    index: usize,
    /// None before the first step.
    rule: Option<Adam>,
    moments: &'a mut Moments,
}

impl TableStep<'_> {
    /// As [`LazyAdam::update`].
    pub(super) fn update(
        &mut self,
        table: &mut [f32],
        dim: usize,
        touched: &[u32],
        gradients: &[f32],
    ) -> Result<()> {
        let Some(rule) = self.rule else {
            return Err(usage(
                "lazy Adam updates a table before its first step".into(),
            ));
        };
        let (index, moments) = (self.index, &mut *self.moments);
        if dim == 0 || !table.len().is_multiple_of(dim) || table.len() != moments.first.len() {
            return Err(usage(format!(
                "table {index} has {} numbers in rows of {dim}, its moments {}",
                table.len(),
                moments.first.len()
            )));
        }
        if touched.len().checked_mul(dim) != Some(gradients.len()) {
            return Err(usage(format!(
                "{} gradients are not {} rows of {dim}",
                gradients.len(),
                touched.len()
            )));
        }
        let rows = table.len() / dim;
        if let Some(row) = touched.iter().find(|&&row| row as usize >= rows) {
            return Err(usage(format!("row {row} of a table of {rows} rows")));
        }
        rule.step_rows(
            (table, dim),
            &mut moments.first,
            &mut moments.second,
            touched,
            gradients,
        );
        Ok(())
    }
}

fn usage(message: String) -> Error {
    Error::new(ErrorKind::Usage, message)
}

/// The constants of step `t`: ε joins the root before its bias correction.
fn rule(config: &AdamConfig, t: u64) -> Adam {
    let (correction1, correction2) = corrections(config, t);
    Adam {
        step_size: (config.lr * correction2.sqrt() / correction1) as f32,
        eps: config.eps as f32,
        ..decays(config)
    }
}

/// The decays of `config`, with no step and no ε yet.
pub(super) fn decays(config: &AdamConfig) -> Adam {
    Adam {
        keep1: config.beta1 as f32,
        take1: (1.0 - config.beta1) as f32,
        keep2: config.beta2 as f32,
        take2: (1.0 - config.beta2) as f32,
        eps: 0.0,
        step_size: 0.0,
    }
}

/// 1 − β₁ᵗ and 1 − β₂ᵗ.
pub(super) fn corrections(config: &AdamConfig, t: u64) -> (f64, f64) {
    (1.0 - power(config.beta1, t), 1.0 - power(config.beta2, t))
}

/// `base`ⁿ by squaring: `f64::powi` and `powf` may differ in the last bit between platforms.
fn power(base: f64, mut n: u64) -> f64 {
    let (mut result, mut square) = (1.0, base);
    while n > 0 {
        if n & 1 == 1 {
            result *= square;
        }
        square *= square;
        n >>= 1;
    }
    result
}

#[cfg(test)]
#[path = "lazy_adam_tests.rs"]
mod tests;
