//! DPG: a backbone whose every hidden layer is re-weighted by a generated matrix, Eq. (1):
//! h^{l+1} = φ((Sˡ ⊙ Wˡ) hˡ + bˡ), Sˡ = DWM(e, hˡ).

mod modulated_linear;
#[cfg(test)]
mod tests;
mod weighting;

pub use modulated_linear::ModulatedLinear;
pub use weighting::{Generator, Weighting};

use burn::module::Module;
use burn::tensor::Device;

use super::batch::{Batch, Forward};
use super::config::WeightingConfig;
use super::linear::Linear;
use super::mutual_information::Discriminator;
use crate::model::MutualInformationConfig;
use crate::random::Stream;

/// DPG, and MI-DPG where it has discriminators.
#[derive(Module, Debug)]
pub struct Dpg {
    /// Modulated hidden layers with ReLU.
    pub layers: Vec<ModulatedLinear>,
    /// One logit; not modulated.
    pub output: Linear,
    /// One per layer while MI-DPG trains; empty for DPG and in a model file without them.
    pub discriminators: Vec<Discriminator>,
    #[module(skip)]
    aware: usize,
}

impl Dpg {
    /// A network over `input` columns, the first `aware` of which are e.
    pub fn init(
        (input, aware): (usize, usize),
        hidden: &[usize],
        config: &WeightingConfig,
        mutual_information: Option<&MutualInformationConfig>,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let mut width = input;
        let layers: Vec<_> = hidden
            .iter()
            .map(|&next| {
                let layer = ModulatedLinear::init((width, next), aware, config, random, device);
                width = next;
                layer
            })
            .collect();
        let output = Linear::init(width, 1, random, device);
        // After everything else: DPG and MI-DPG of one seed start from the same weights.
        let discriminators = mutual_information.map_or_else(Vec::new, |mi| {
            layers
                .iter()
                .map(|l| Discriminator::init(aware, l, mi, random, device))
                .collect()
        });
        Self {
            layers,
            output,
            discriminators,
            aware,
        }
    }

    /// Logits of a batch and the compact s of every layer.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        let input = batch.input.clone();
        let e = input.clone().narrow(1, 0, self.aware);
        let mut weighting = Vec::with_capacity(self.layers.len());
        let mut hidden = input;
        for layer in &self.layers {
            let s = layer.weighting(e.clone(), hidden.clone());
            weighting.push(s.clone());
            hidden = layer.activate(hidden, s);
        }
        Forward {
            weighting,
            ..Forward::of_logits(self.output.forward(hidden).squeeze_dim(1))
        }
    }
}
