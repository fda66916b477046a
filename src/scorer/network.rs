//! A method's network, compiled for scoring.

use super::adasparse::AdaSparse;
use super::apg::Apg;
use super::dpg::Dpg;
use super::layers::Stack;
use super::parameters::Parameters;
use super::pepnet::PepNet;
use super::ple::Ple;
use super::scratch::Scratch;
use super::star::Star;
use crate::error::Result;
use crate::kernels::Rows;
use crate::model::{BlockShape, Embeddings, InputLayout, Method, NetworkConfig};

/// Most networks that scenario-only parameters are multiplied out into, and most weights that these have together: 128 MiB,
/// whatever the file asks for.
const MOST_FOLDED: usize = 256;
const MOST_FOLDED_WEIGHTS: usize = 1 << 25;

/// Some rows on their way through the network.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    /// h¹, \[rows, width\].
    pub(super) values: &'a [f32],
    /// D.
    pub(super) width: usize,
    /// The scenario's id of every row.
    pub(super) scenario: &'a [u32],
}

/// What the networks are compiled from.
pub(super) struct Compile<'a> {
    pub(super) parameters: &'a mut Parameters,
    pub(super) layout: &'a InputLayout,
    pub(super) hidden: &'a [usize],
    pub(super) blocks: Vec<BlockShape>,
    pub(super) embeddings: &'a Embeddings,
    /// The place of the scenario among the fields.
    pub(super) scenario: usize,
}

impl<'a> Compile<'a> {
    /// e of every id of the scenario: where the scenario is all of e and has few values.
    pub(super) fn scenario_table(&self) -> Option<Rows<'a>> {
        let span = self.layout.spans.get(self.scenario)?;
        let table = self.embeddings.tables.get(self.scenario)?.as_deref()?;
        let whole = span.start == 0 && span.end == self.layout.aware;
        let few = table.len() <= MOST_FOLDED * self.layout.aware;
        (whole && few).then(|| Rows::new(table, self.layout.aware))
    }
}

/// Whether each of `scenarios`, e of every id, is worth a plain network of its own, of `weights` weights.
pub(super) fn is_folded(scenarios: Rows<'_>, weights: usize) -> bool {
    let ids = scenarios.values.len() / scenarios.stride.max(1);
    ids.saturating_mul(weights) <= MOST_FOLDED_WEIGHTS
}

/// A network of one of the eight methods.
#[derive(Debug, Clone)]
pub(super) enum Network {
    Dnn(Stack),
    Ple(Ple),
    Star(Star),
    PepNet(PepNet),
    AdaSparse(AdaSparse),
    Apg(Apg),
    Dpg(Dpg),
}

impl Network {
    pub(super) fn compile(config: &NetworkConfig, mut from: Compile<'_>) -> Result<Self> {
        let from = &mut from;
        Ok(match &config.method {
            Method::Dnn => Self::Dnn(Stack::backbone("", config.hidden.len(), from.parameters)?),
            Method::Ple(config) => Self::Ple(Ple::compile(config, from)?),
            Method::Star(config) => Self::Star(Star::compile(config, from)?),
            Method::PepNet(config) => Self::PepNet(PepNet::compile(config, from)?),
            Method::AdaSparse(config) => Self::AdaSparse(AdaSparse::compile(config, from)?),
            Method::Apg(config) => Self::Apg(Apg::compile(config, from)?),
            Method::Dpg { weighting } | Method::MiDpg { weighting, .. } => {
                Self::Dpg(Dpg::compile(weighting, from)?)
            }
        })
    }

    /// Logits of the rows and, where asked for and there is one, s of every modulated layer.
    pub(super) fn forward(
        &self,
        input: &Input<'_>,
        logits: &mut [f32],
        weighting: Option<&mut Vec<Vec<f32>>>,
        scratch: &mut Scratch,
    ) {
        match self {
            Self::Dnn(network) => {
                let rows = Rows::new(input.values, input.width);
                network.forward(logits.len(), rows, logits, scratch);
            }
            Self::Ple(network) => network.forward(input, logits, scratch),
            Self::Star(network) => network.forward(input, logits, scratch),
            Self::PepNet(network) => network.forward(input, logits, scratch),
            Self::AdaSparse(network) => network.forward(input, logits, scratch),
            Self::Apg(network) => network.forward(input, logits, scratch),
            Self::Dpg(network) => network.forward(input, logits, weighting, scratch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_networks_of_many_scenarios_are_not_multiplied_out() {
        let table = vec![0.0; 4 * MOST_FOLDED];
        let scenarios = Rows::new(&table, 4);
        let default = 160 * 128 + 128 * 64 + 64 * 32;
        assert!(is_folded(scenarios, default));
        // 32 GB of weights from a file of 128 MB.
        assert!(!is_folded(scenarios, MOST_FOLDED_WEIGHTS));
        assert!(is_folded(Rows::new(&table[..4], 4), MOST_FOLDED_WEIGHTS));
    }
}
