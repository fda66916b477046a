//! Dense layers with ReLU on each, the last one too: an expert's hidden representation.

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation::relu};

use super::linear::Linear;
use crate::random::Stream;

/// φ(W φ(… φ(W x + b) …) + b).
#[derive(Module, Debug)]
pub struct Mlp {
    /// The layers.
    pub layers: Vec<Linear>,
}

impl Mlp {
    /// Layers of the given widths over `input` columns.
    pub fn init(input: usize, widths: &[usize], random: &mut Stream, device: &Device) -> Self {
        let mut width = input;
        let layers = widths
            .iter()
            .map(|&next| {
                let layer = Linear::init(width, next, random, device);
                width = next;
                layer
            })
            .collect();
        Self { layers }
    }

    /// \[batch, d_in\] → \[batch, last width\].
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.layers
            .iter()
            .fold(input, |h, layer| relu(layer.forward(h)))
    }
}
