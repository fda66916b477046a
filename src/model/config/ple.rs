//! Settings of PLE.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bad;
use crate::error::Result;

/// Settings of PLE: experts of each scenario and shared ones, gated in one or two levels.
///
/// The backbone's widths are shared out along a path: with two levels the first width is that of the
/// first level's experts, the last that of the towers, and what lies between that of the second
/// level's; with one level all but the last are its experts'.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PleConfig {
    /// 1 (CGC) or 2.
    pub levels: usize,
    /// Experts n_s of each scenario, per level.
    pub specific: usize,
    /// Experts n_sh that all scenarios share, per level.
    pub shared: usize,
}

impl Default for PleConfig {
    fn default() -> Self {
        Self {
            levels: 2,
            specific: 1,
            shared: 1,
        }
    }
}

impl PleConfig {
    pub(super) fn validate(&self, hidden: &[usize]) -> Result<()> {
        if !(1..=2).contains(&self.levels) {
            return bad(
                "--levels",
                format!("{} levels; PLE has 1 or 2", self.levels),
            );
        }
        if !(1..=64).contains(&self.specific) || self.shared > 64 {
            return bad(
                "--specific-experts and --shared-experts",
                format!(
                    "{} experts of each scenario and {} shared ones; there are 1 to 64 of the first and 0 to 64 of the second",
                    self.specific, self.shared
                ),
            );
        }
        if hidden.len() <= self.levels {
            return bad(
                "--hidden",
                format!(
                    "PLE with {} levels needs {} hidden layers, not {}: the last is the towers'",
                    self.levels,
                    self.levels + 1,
                    hidden.len()
                ),
            );
        }
        Ok(())
    }

    /// The hidden layers that the experts of `level` (from 0) take; the towers take the last one.
    pub fn expert_layers(&self, level: usize, hidden: usize) -> Range<usize> {
        let end = if level + 1 == self.levels {
            hidden - 1
        } else {
            level + 1
        };
        level..end
    }
}
