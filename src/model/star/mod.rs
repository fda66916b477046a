//! STAR (Sheng et al., CIKM 2021): one shared network, of which each scenario has factors of its own,
//! W*_p = W_p ⊙ W and b*_p = b_p + b, in every layer with the last; the input is normalised per
//! scenario; an auxiliary network that sees the scenario adds its logit.
//!
//! A row of an unknown scenario takes the shared network alone (W_p = 1, b_p = 0) and the statistics
//! of all rows.

mod partitioned_norm;
mod star_linear;

pub use partitioned_norm::{Moments, PartitionedNorm};
pub use star_linear::StarLinear;

use burn::module::Module;
use burn::tensor::Device;

use super::batch::{Batch, Forward};
use super::config::StarConfig;
use super::dnn::Dnn;
use super::groups::Groups;
use super::layout::InputLayout;
use crate::random::Stream;

/// STAR.
#[derive(Module, Debug)]
pub struct Star {
    /// Normalises the input, per scenario.
    pub norm: PartitionedNorm,
    /// Hidden layers with ReLU, and the last one, without.
    pub layers: Vec<StarLinear>,
    /// Adds a logit of its own.
    pub auxiliary: Dnn,
}

impl Star {
    /// A network with factors for each of the layout's scenarios.
    pub fn init(
        layout: &InputLayout,
        hidden: &[usize],
        config: &StarConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let mut width = layout.width;
        let layers = hidden
            .iter()
            .chain(&[1])
            .map(|&next| {
                let layer =
                    StarLinear::init((width, next), layout.scenarios, config, random, device);
                width = next;
                layer
            })
            .collect();
        Self {
            norm: PartitionedNorm::init(layout.width, layout.scenarios, config.momentum, device),
            layers,
            auxiliary: Dnn::init(layout.width, &config.auxiliary, random, device),
        }
    }

    /// Logits of a batch and, while training, what it tells the running statistics.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        let groups = Groups::new(batch.scenario, self.norm.scenarios());
        let input = groups.sort(batch.input.clone());
        let (input, moments) = self
            .norm
            .forward(input, &groups.parts, batch.training.is_some());
        let last = self.layers.len() - 1;
        let logits = self.layers.iter().enumerate().fold(input, |h, (l, layer)| {
            Groups::apply(h, layer.of(&groups.parts), groups.rows(), l < last)
        });
        let auxiliary = self.auxiliary.logits(batch.input.clone());
        Forward {
            moments,
            ..Forward::of_logits(groups.restore(logits.squeeze_dim(1)) + auxiliary)
        }
    }
}
