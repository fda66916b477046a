//! DNN, the paper's backbone and first baseline: h^{l+1} = φ(Wˡ hˡ + bˡ), logit = wᵀ h^{L+1} + b.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::batch::{Batch, Forward};
use super::linear::Linear;
use super::mlp::dense_layers;
use crate::random::Stream;

/// The backbone: all scenarios share everything, the scenario is one more input feature.
#[derive(Module, Debug)]
pub struct Dnn {
    /// Hidden layers with ReLU.
    pub layers: Vec<Linear>,
    /// One logit.
    pub output: Linear,
}

impl Dnn {
    /// A backbone over `input` columns with the given hidden widths.
    pub fn init(input: usize, hidden: &[usize], random: &mut Stream, device: &Device) -> Self {
        let width = hidden.last().copied().unwrap_or(input);
        Self {
            layers: dense_layers(input, hidden, random, device),
            output: Linear::init(width, 1, random, device),
        }
    }

    /// Logits of a batch.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        Forward::of_logits(self.logits(batch.input.clone()))
    }

    /// \[batch, d_in\] → logits \[batch\].
    pub fn logits(&self, input: Tensor<2>) -> Tensor<1> {
        let hidden = self.layers.iter().fold(input, |h, layer| layer.activate(h));
        self.output.forward(hidden).squeeze_dim(1)
    }
}
