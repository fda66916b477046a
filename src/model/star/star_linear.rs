//! A layer of the star: y = (W_p ⊙ W) x + b_p + b.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::model::config::{SpecificInit, StarConfig};
use crate::model::groups::Group;
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

    /// W_p ⊙ W, \[parts, d_m, d_n\], and b_p + b, \[parts, d_m\], of each part; W and b for an unknown scenario, which
    /// comes last.
    pub fn of(&self, parts: &[Group]) -> (Tensor<3>, Tensor<2>) {
        let (weight, bias) = self.shared.parameters();
        let (weight, bias) = (weight.unsqueeze::<3>(), bias.unsqueeze::<2>());
        let known = parts.iter().filter_map(|part| part.scenario);
        let own = known.map(|k| self.specific[k].parameters());
        let (weights, biases): (Vec<_>, Vec<_>) = own.unzip();
        if weights.is_empty() {
            return (weight, bias);
        }
        let all_known = weights.len() == parts.len();
        let weights = Tensor::stack::<3>(weights, 0) * weight.clone();
        let biases = Tensor::stack::<2>(biases, 0) + bias.clone();
        if all_known {
            return (weights, biases);
        }
        (
            Tensor::cat(vec![weights, weight], 0),
            Tensor::cat(vec![biases, bias], 0),
        )
    }
}
