//! A dense layer with the paper's orientation: W is d_out × d_in, y = W x + b.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};

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
        input.matmul(self.weight.val().transpose()) + self.bias.val().unsqueeze()
    }
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
