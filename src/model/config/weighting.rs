//! Settings of the weighting matrices (DPG, MI-DPG) and of the mutual-information regulariser.

use serde::{Deserialize, Serialize};

use super::{MAX_WIDTH, bad};
use crate::error::Result;

/// How a layer's weighting matrix S is made (§2.2.1–2.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Variant {
    /// Eq. (2): S is generated whole.
    Non,
    /// Eq. (3): both factors are generated.
    Rc,
    /// Eq. (4): the row factor is generated, the column factor is a parameter all scenarios share.
    R,
    /// Eq. (5): the column factor is generated, the row factor is shared.
    C,
}

impl Variant {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Non => "non",
            Self::Rc => "rc",
            Self::R => "r",
            Self::C => "c",
        }
    }
}

/// What the generator of a weighting matrix sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Condition {
    /// [e; hˡ], as in the paper: every impression has a matrix of its own.
    Input,
    /// e alone: one matrix per scenario, which folds into the weights at serving time.
    Scenario,
}

/// Settings of the weighting matrices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightingConfig {
    /// Which factors are generated.
    pub variant: Variant,
    /// Inner width d_k of the decomposition.
    pub dk: usize,
    /// d_r = max(1, d_m / `dr_div`).
    pub dr_div: usize,
    /// d_c = max(1, d_n / `dc_div`).
    pub dc_div: usize,
    /// What the generators see.
    pub condition: Condition,
    /// S = `gate_scale` · σ(·); 1 is the paper's, 2 starts the network as the plain DNN.
    pub gate_scale: f32,
}

impl Default for WeightingConfig {
    fn default() -> Self {
        Self {
            variant: Variant::R,
            dk: 1,
            dr_div: 8,
            dc_div: 8,
            condition: Condition::Input,
            gate_scale: 1.0,
        }
    }
}

impl WeightingConfig {
    pub(super) fn validate(&self) -> Result<()> {
        for (flag, value) in [
            ("--dk", self.dk),
            ("--dr-div", self.dr_div),
            ("--dc-div", self.dc_div),
        ] {
            if !(1..=MAX_WIDTH).contains(&value) {
                return bad(
                    flag,
                    format!("{flag} is {value}; it must be 1 to {MAX_WIDTH}"),
                );
            }
        }
        if !(self.gate_scale.is_finite() && self.gate_scale > 0.0) {
            return bad(
                "--gate-scale",
                format!(
                    "the gate scale {} is not a positive number",
                    self.gate_scale
                ),
            );
        }
        Ok(())
    }
}

/// Settings of the mutual-information regulariser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MutualInformationConfig {
    /// Weight λ of L_mi in the loss; the paper's is 1.
    pub lambda: f32,
    /// Rank of the discriminator's factors where S is generated whole (variant `non`).
    pub rank: usize,
}

impl Default for MutualInformationConfig {
    fn default() -> Self {
        Self {
            lambda: 1.0,
            rank: 16,
        }
    }
}

impl MutualInformationConfig {
    pub(super) fn validate(&self) -> Result<()> {
        if !(self.lambda.is_finite() && self.lambda >= 0.0) {
            return bad(
                "--lambda",
                format!(
                    "lambda is {}; it must be a number of at least 0",
                    self.lambda
                ),
            );
        }
        if !(1..=MAX_WIDTH).contains(&self.rank) {
            return bad(
                "the discriminator's rank",
                format!("the rank {} is out of range", self.rank),
            );
        }
        Ok(())
    }
}
