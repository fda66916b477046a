//! Settings of APG.

use serde::{Deserialize, Serialize};

use super::{MAX_WIDTH, bad};
use crate::error::Result;
use crate::model::InputLayout;

/// What a layer's parameters are generated from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ApgCondition {
    /// Group-wise: e, the scenario.
    Group,
    /// Mix-wise: e and the fields that tell who and what the impression is of, concatenated.
    Mix,
    /// Self-wise: the layer's own input hˡ.
    #[serde(rename = "self")]
    #[cfg_attr(feature = "cli", value(name = "self"))]
    Own,
}

/// Settings of APG.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApgConfig {
    /// What parameters are generated from.
    pub condition: ApgCondition,
    /// k = max(1, ⌈min(d_n, d_m) / `rank_div`⌉).
    pub rank_div: usize,
    /// k of every hidden layer, instead of `rank_div`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranks: Option<Vec<usize>>,
    /// Inner width P of the over-parameterised factors while training, at least k; they are multiplied
    /// out in the model file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<usize>,
    /// Whether the bias is generated as well.
    pub generated_bias: bool,
    /// Whether the generated matrix starts at the identity (else near zero).
    pub identity_init: bool,
}

impl Default for ApgConfig {
    fn default() -> Self {
        Self {
            condition: ApgCondition::Group,
            rank_div: 8,
            ranks: None,
            over: None,
            generated_bias: true,
            identity_init: true,
        }
    }
}

/// The widths of one layer of APG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApgShape {
    /// Inputs.
    pub dn: usize,
    /// Outputs.
    pub dm: usize,
    /// Rank k.
    pub rank: usize,
    /// Inner width P of the over-parameterised factors, where there are any.
    pub over: Option<usize>,
    /// Width q of the generator's input.
    pub condition: usize,
}

impl ApgConfig {
    pub(super) fn validate(&self, hidden: usize) -> Result<()> {
        if let Some(ranks) = &self.ranks
            && (ranks.len() != hidden || ranks.iter().any(|k| !(1..=MAX_WIDTH).contains(k)))
        {
            return bad(
                "the ranks",
                format!(
                    "the ranks {ranks:?} are not one of at least 1 for each of {hidden} hidden layers"
                ),
            );
        }
        if !(1..=MAX_WIDTH).contains(&self.rank_div) {
            return bad(
                "--rank-div",
                format!(
                    "--rank-div is {}; it must be 1 to {MAX_WIDTH}",
                    self.rank_div
                ),
            );
        }
        match self.over {
            Some(over) if !(1..=MAX_WIDTH).contains(&over) => bad(
                "--over",
                format!("the over-parameterised width {over} is not in 1..={MAX_WIDTH}"),
            ),
            _ => Ok(()),
        }
    }

    /// The widths of hidden layer `l`, of `dn` inputs and `dm` outputs.
    pub fn shape(&self, l: usize, (dn, dm): (usize, usize), layout: &InputLayout) -> ApgShape {
        let rank = match &self.ranks {
            Some(ranks) => ranks[l],
            None => dn.min(dm).div_ceil(self.rank_div).max(1),
        };
        ApgShape {
            dn,
            dm,
            rank,
            over: self.over.map(|over| over.max(rank)),
            condition: match self.condition {
                ApgCondition::Group => layout.aware,
                ApgCondition::Mix => layout.aware + layout.prior_width(),
                ApgCondition::Own => dn,
            },
        }
    }
}
