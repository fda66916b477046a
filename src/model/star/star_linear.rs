//! A layer of the star: y = (W_p ⊙ W) x + b_p + b.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::model::config::{SpecificInit, StarConfig};
use crate::model::linear::{Linear, parameter};
use crate::random::Stream;

/// The shared centre and each scenario's factors.
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

    /// W_p ⊙ W and b_p + b; W and b for an unknown scenario.
    pub fn of(&self, scenario: Option<usize>) -> (Tensor<2>, Tensor<1>) {
        let (weight, bias) = self.shared.parameters();
        match scenario.map(|k| &self.specific[k]) {
            Some(own) => (own.weight.val() * weight, own.bias.val() + bias),
            None => (weight, bias),
        }
    }
}
