//! Settings of AdaSparse.

use serde::{Deserialize, Serialize};

use super::bad;
use crate::error::Result;

/// How a pruner's output becomes a neuron's factor π.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum PruningForm {
    /// π = 1 where σ(αv) > ε, else 0; the gradient passes straight through.
    Binarisation,
    /// π = β σ(v).
    Scaling,
    /// π = β σ(αv) where that is above ε, else 0.
    Fusion,
}

/// Settings of AdaSparse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdaSparseConfig {
    /// How factors are made.
    pub form: PruningForm,
    /// Threshold ε below which a neuron is pruned.
    pub epsilon: f32,
    /// β, the largest factor of scaling and fusion.
    pub beta: f32,
    /// α at the first and at the last planned step; it grows linearly in between.
    pub alpha: [f32; 2],
    /// The share of pruned neurons that the regulariser asks for, from and to.
    pub sparsity: [f32; 2],
    /// λ̂ of the sparsity regulariser at the first and at the last planned step.
    pub lambda: [f32; 2],
    /// Whether the regulariser is on; by default for binarisation only, for which it was stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regularise: Option<bool>,
    /// Whether the input is pruned too.
    pub prune_input: bool,
}

impl Default for AdaSparseConfig {
    fn default() -> Self {
        Self {
            form: PruningForm::Fusion,
            epsilon: 0.25,
            beta: 2.0,
            alpha: [0.1, 5.0],
            sparsity: [0.15, 0.25],
            lambda: [0.01, 1.0],
            regularise: None,
            prune_input: false,
        }
    }
}

impl AdaSparseConfig {
    /// Whether the loss has the sparsity regulariser.
    pub fn regularises(&self) -> bool {
        self.regularise
            .unwrap_or(self.form == PruningForm::Binarisation)
    }

    pub(super) fn validate(&self) -> Result<()> {
        let positive = |name: &str, value: f32| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                bad(
                    name,
                    format!("{name} is {value}; it must be a positive number"),
                )
            }
        };
        positive("epsilon", self.epsilon)?;
        positive("beta", self.beta)?;
        positive("alpha", self.alpha[0])?;
        positive("alpha", self.alpha[1])?;
        let [low, high] = self.sparsity;
        if !(0.0 <= low && low <= high && high <= 1.0) {
            return bad(
                "the sparsity",
                format!("the sparsity {low} to {high} is no part of 0 to 1"),
            );
        }
        if self.lambda.iter().any(|l| !(l.is_finite() && *l >= 0.0)) {
            return bad(
                "lambda",
                format!(
                    "lambda runs from {} to {}; both must be at least 0",
                    self.lambda[0], self.lambda[1]
                ),
            );
        }
        Ok(())
    }
}
