//! Settings of STAR.

use serde::{Deserialize, Serialize};

use super::{bad, check_widths};
use crate::error::Result;

/// What a scenario's own factors of the weights start as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpecificInit {
    /// W_p = 1: the network starts as the shared DNN.
    #[default]
    Ones,
    /// Glorot-uniform, as some public code has it; activations then shrink from layer to layer.
    Glorot,
}

/// Settings of STAR.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StarConfig {
    /// Hidden widths of the auxiliary network.
    pub auxiliary: Vec<usize>,
    /// Momentum m of the running statistics: running ← m · running + (1 − m) · batch.
    pub momentum: f32,
    /// What a scenario's factors start as.
    pub specific_init: SpecificInit,
}

impl StarConfig {
    /// ε under the root of a variance.
    pub(crate) const EPSILON: f32 = 1e-5;

    /// Below it a variance is rounding: the column does not vary.
    pub(crate) const CONSTANT: f32 = 1e-10;
}

impl Default for StarConfig {
    fn default() -> Self {
        Self {
            auxiliary: vec![32],
            momentum: 0.99,
            specific_init: SpecificInit::Ones,
        }
    }
}

impl StarConfig {
    pub(super) fn validate(&self) -> Result<()> {
        check_widths("the auxiliary network's widths", &self.auxiliary)?;
        if !(0.0..1.0).contains(&self.momentum) {
            return bad(
                "the momentum",
                format!("the momentum {} is not in 0..1", self.momentum),
            );
        }
        Ok(())
    }
}
