//! Settings of PEPNet.

use serde::{Deserialize, Serialize};

use super::bad;
use crate::error::Result;

/// Settings of PEPNet: EPNet gates the embeddings by the scenario, PPNet the layers by who and what the
/// impression is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PepNetConfig {
    /// Whether there is an EPNet.
    pub epnet: bool,
    /// Whether there is a PPNet.
    pub ppnet: bool,
    /// Whether PPNet gates the first layer's input too, as the original formula has it.
    pub gate_first_input: bool,
    /// γ: gates lie in (0, γ).
    pub gamma: f32,
}

impl Default for PepNetConfig {
    fn default() -> Self {
        Self {
            epnet: true,
            ppnet: true,
            gate_first_input: true,
            gamma: 2.0,
        }
    }
}

impl PepNetConfig {
    pub(super) fn validate(&self) -> Result<()> {
        if !self.epnet && !self.ppnet {
            return bad("--gates", "PEPNet has neither EPNet nor PPNet".to_owned());
        }
        if !(self.gamma.is_finite() && self.gamma > 0.0) {
            return bad(
                "gamma",
                format!("gamma is {}; it must be a positive number", self.gamma),
            );
        }
        Ok(())
    }
}
