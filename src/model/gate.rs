//! The gate neural unit of PEPNet: γ σ(W₂ φ(W₁ x + b₁) + b₂), in (0, γ).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::linear::{Linear, scaled_sigmoid};
use crate::random::Stream;

/// One gate; its hidden width is its output's.
#[derive(Module, Debug)]
pub struct Gate {
    /// W₁, b₁.
    pub hidden: Linear,
    /// W₂, b₂.
    pub output: Linear,
    #[module(skip)]
    gamma: f32,
}

impl Gate {
    /// A gate of `output` factors over `input` columns.
    pub fn init(
        input: usize,
        output: usize,
        gamma: f32,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        Self {
            hidden: Linear::init(input, output, random, device),
            output: Linear::init(output, output, random, device),
            gamma,
        }
    }

    /// \[batch, d_in\] → \[batch, d_out\].
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        scaled_sigmoid(self.output.forward(self.hidden.activate(input)), self.gamma)
    }
}
