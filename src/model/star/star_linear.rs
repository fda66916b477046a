//! A layer of the star: y = (W_p ⊙ W) x + b_p + b.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::model::config::{SpecificInit, StarConfig};
use crate::model::linear::{Linear, parameter};
use crate::random::Stream;

/// The shared centre and each scenario's factors (no activation).
#[derive(Module, Debug)]
pub struct StarLinear {
    /// W, \[d_m, d_n\], and b, \[d_m\].
    pub shared: Linear,
    /// W_p and b_p of every scenario, of the same shapes.
    pub specific: Vec<Linear>,
}

impl StarLinear {
    /// A layer of `dn` inputs and `dm` outputs for `scenarios` scenarios.
    pub fn init(
        (dn, dm): (usize, usize),
        scenarios: usize,
        config: &StarConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let shared = Linear::init(dn, dm, random, device);
        let specific = (0..scenarios)
            .map(|_| match config.specific_init {
                SpecificInit::Glorot => Linear::init(dn, dm, random, device),
                SpecificInit::Ones => Linear {
                    weight: parameter(vec![1.0; dm * dn], [dm, dn], device),
                    bias: parameter(vec![0.0; dm], [dm], device),
                },
            })
            .collect();
        Self { shared, specific }
    }

    /// Rows of one scenario: \[rows, d_n\] → \[rows, d_m\].
    pub fn forward(&self, input: Tensor<2>, scenario: Option<usize>) -> Tensor<2> {
        let Some(own) = scenario.map(|k| &self.specific[k]) else {
            return self.shared.forward(input);
        };
        let weight = own.weight.val() * self.shared.weight.val();
        let bias = own.bias.val() + self.shared.bias.val();
        input.matmul(weight.transpose()) + bias.unsqueeze()
    }
}
