//! Dense layers with ReLU on each, the last one too: an expert's hidden representation.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

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
        Self {
            layers: dense_layers(input, widths, random, device),
        }
    }

    /// \[batch, d_in\] → \[batch, last width\].
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(input, |h, layer| layer.activate(h))
    }
}

/// Dense layers of the given widths, one on the other, over `input` columns.
pub(super) fn dense_layers(
    input: usize,
    widths: &[usize],
    random: &mut Stream,
    device: &Device,
) -> Vec<Linear> {
    let inputs = std::iter::once(&input).chain(widths);
    inputs
        .zip(widths)
        .map(|(&width, &next)| Linear::init(width, next, random, device))
        .collect()
}
