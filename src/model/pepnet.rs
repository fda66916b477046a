//! PEPNet (Chang et al., KDD 2023): EPNet gates the embeddings by the scenario, PPNet the input of every
//! layer by who and what the impression is of.
//!
//! - EPNet: δ = Gate([e, sg(h¹)]), O = δ ⊙ h¹;
//! - PPNet: δˡ = Gateˡ([prior, sg(O)]), h^{l+1} = φ(Wˡ (δˡ ⊙ hˡ) + bˡ), h¹ = O; the last hidden vector is
//!   gated before the output layer too.
//!
//! sg stops the gradient: what is gated learns through the gated path alone.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::batch::{Batch, Forward};
use super::config::PepNetConfig;
use super::dnn::Dnn;
use super::gate::Gate;
use super::layout::InputLayout;
use crate::random::Stream;

/// PEPNet.
#[derive(Module, Debug)]
pub struct PepNet {
    /// The backbone.
    pub backbone: Dnn,
    /// EPNet's gate.
    pub embedding_gate: Option<Gate>,
    /// PPNet's gate of the first layer's input.
    pub input_gate: Option<Gate>,
    /// PPNet's gates of the hidden vectors; empty without PPNet.
    pub gates: Vec<Gate>,
    #[module(skip)]
    aware: usize,
    /// Columns of the priors; e where there are none.
    #[module(skip)]
    priors: Vec<[usize; 2]>,
}

impl PepNet {
    /// A network over `layout`.
    pub fn init(
        layout: &InputLayout,
        hidden: &[usize],
        config: &PepNetConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let width = layout.width;
        // First, so that the backbone of a seed is the DNN's.
        let backbone = Dnn::init(width, hidden, random, device);
        let mut gate = |from: usize, to: usize| Gate::init(from, to, config.gamma, random, device);
        let embedding_gate = config.epnet.then(|| gate(layout.aware + width, width));
        let prior = layout.prior_or_aware_width();
        let input_gate =
            (config.ppnet && config.gate_first_input).then(|| gate(prior + width, width));
        let gated = if config.ppnet { hidden } else { &[] };
        let gates = gated.iter().map(|&to| gate(prior + width, to)).collect();
        let priors = layout.priors.iter().map(|r| [r.start, r.end]).collect();
        Self {
            backbone,
            embedding_gate,
            input_gate,
            gates,
            aware: layout.aware,
            priors,
        }
    }

    fn prior(&self, input: &Tensor<2>) -> Tensor<2> {
        if self.priors.is_empty() {
            return input.clone().narrow(1, 0, self.aware);
        }
        let parts = self
            .priors
            .iter()
            .map(|&[start, end]| input.clone().narrow(1, start, end - start));
        Tensor::cat(parts.collect(), 1)
    }

    /// Logits of a batch.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        let input = batch.input.clone();
        let gated = match &self.embedding_gate {
            Some(gate) => {
                let e = input.clone().narrow(1, 0, self.aware);
                let see = Tensor::cat(vec![e, input.clone().detach()], 1);
                gate.forward(see) * input.clone()
            }
            None => input.clone(),
        };
        let see = (!self.gates.is_empty())
            .then(|| Tensor::cat(vec![self.prior(&input), gated.clone().detach()], 1));
        let apply = |gate: Option<&Gate>, h: Tensor<2>| match (gate, &see) {
            (Some(gate), Some(see)) => gate.forward(see.clone()) * h,
            _ => h,
        };
        let mut hidden = apply(self.input_gate.as_ref(), gated);
        for (l, layer) in self.backbone.layers.iter().enumerate() {
            hidden = apply(self.gates.get(l), layer.activate(hidden));
        }
        Forward::of_logits(self.backbone.output.forward(hidden).squeeze_dim(1))
    }
}
