//! A dense layer with the paper's orientation: W is d_out × d_in, y = W x + b.

use burn::module::{Module, Param};
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor, TensorData};

use crate::ops;
use crate::random::Stream;

/// y = W x + b for every row of a batch.
#[derive(Module, Debug)]
pub struct Linear {
    /// W, \[d_out, d_in\].
    pub weight: Param<Tensor<2>>,
    /// b, \[d_out\].
    pub bias: Param<Tensor<1>>,
}

impl Linear {
    /// Glorot-uniform W, zero b (TensorFlow's defaults, which the authors used).
    pub fn init(input: usize, output: usize, random: &mut Stream, device: &Device) -> Self {
        Self {
            weight: parameter(random.glorot(output, input), [output, input], device),
            bias: parameter(vec![0.0; output], [output], device),
        }
    }

    /// \[batch, d_in\] → \[batch, d_out\].
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        dense(input, self.weight.val(), self.bias.val(), false)
    }

    /// W and b.
    pub fn parameters(&self) -> (Tensor<2>, Tensor<1>) {
        (self.weight.val(), self.bias.val())
    }

    /// The same under ReLU, max(0, W x + b).
    pub fn activate(&self, input: Tensor<2>) -> Tensor<2> {
        dense(input, self.weight.val(), self.bias.val(), true)
    }
}

/// x \[batch, d_n\], W \[d_m, d_n\], b \[d_m\] → W x + b, \[batch, d_m\], or max(0, W x + b): by our own operation
/// where it runs, elsewhere the same from Burn's.
pub fn dense(input: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>, positive: bool) -> Tensor<2> {
    if ops::run_on(&input) {
        return ops::dense(input, weight, bias, positive);
    }
    let output = input.matmul(weight.transpose()) + bias.unsqueeze();
    if positive { relu(output) } else { output }
}

/// γ σ(u): by our own operation where it runs, elsewhere the same from Burn's.
pub fn scaled_sigmoid<const D: usize>(u: Tensor<D>, scale: f32) -> Tensor<D> {
    if ops::run_on(&u) {
        return ops::sigmoid(u, scale);
    }
    let s = sigmoid(u);
    if scale == 1.0 { s } else { s.mul_scalar(scale) }
}

/// A trainable parameter from host data; all our initialisation goes through here, since a device's
/// own generator is one for the whole process.
pub fn parameter<const D: usize>(
    data: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(data, shape), device)
}
