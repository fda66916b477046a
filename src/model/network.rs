//! A method's network behind one type: what the trainer, the predictor and the model file handle.

use burn::module::Module;
use burn::tensor::Device;

use super::adasparse::AdaSparse;
use super::apg::Apg;
use super::batch::{Batch, Forward};
use super::config::{Method, NetworkConfig};
use super::dnn::Dnn;
use super::dpg::Dpg;
use super::layout::InputLayout;
use super::linear::{Linear, parameter};
use super::mutual_information::Discriminator;
use super::pepnet::PepNet;
use super::ple::Ple;
use super::star::{Moments, Star};
use crate::random::Stream;

/// The network of a method. Embedding tables are not in it: they live on the host.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there are two networks in a run, not a list of them"
)]
pub enum Network {
    /// DNN.
    Dnn(Dnn),
    /// PLE.
    Ple(Ple),
    /// STAR.
    Star(Star),
    /// PEPNet.
    PepNet(PepNet),
    /// AdaSparse.
    AdaSparse(AdaSparse),
    /// APG.
    Apg(Apg),
    /// DPG and MI-DPG.
    Dpg(Dpg),
}

impl Network {
    /// A fresh network of `config` over `layout`, its parameters drawn from `random`.
    pub fn init(
        config: &NetworkConfig,
        layout: &InputLayout,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        let shape = (layout.width, layout.aware);
        let hidden = &config.hidden;
        match &config.method {
            Method::Dnn => Self::Dnn(Dnn::init(layout.width, hidden, random, device)),
            Method::Ple(config) => Self::Ple(Ple::init(layout, hidden, config, random, device)),
            Method::Star(config) => Self::Star(Star::init(layout, hidden, config, random, device)),
            Method::PepNet(config) => {
                Self::PepNet(PepNet::init(layout, hidden, config, random, device))
            }
            Method::AdaSparse(config) => {
                Self::AdaSparse(AdaSparse::init(layout, hidden, config, random, device))
            }
            Method::Apg(config) => Self::Apg(Apg::init(layout, hidden, config, random, device)),
            Method::Dpg { weighting } => {
                Self::Dpg(Dpg::init(shape, hidden, weighting, None, random, device))
            }
            Method::MiDpg {
                weighting,
                mutual_information,
            } => Self::Dpg(Dpg::init(
                shape,
                hidden,
                weighting,
                Some(mutual_information),
                random,
                device,
            )),
        }
    }

    /// A batch → logits and what else the method gives.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        match self {
            Self::Dnn(network) => network.forward(batch),
            Self::Ple(network) => network.forward(batch),
            Self::Star(network) => network.forward(batch),
            Self::PepNet(network) => network.forward(batch),
            Self::AdaSparse(network) => network.forward(batch),
            Self::Apg(network) => network.forward(batch),
            Self::Dpg(network) => network.forward(batch),
        }
    }

    /// Whether the loss of a batch is more than the mean of its rows' losses: STAR normalises by the batch's statistics,
    /// AdaSparse's penalty is one of the whole batch.
    pub fn sees_the_whole_batch(&self) -> bool {
        matches!(self, Self::Star(_) | Self::AdaSparse(_))
    }

    /// The network at `progress` (0 to 1) of the planned steps, before a step is taken.
    #[must_use]
    pub fn at(self, progress: f32) -> Self {
        match self {
            Self::AdaSparse(network) => Self::AdaSparse(network.at(progress)),
            other => other,
        }
    }

    /// The network with its running statistics moved by a batch's.
    #[must_use]
    pub fn absorb(self, moments: Vec<Moments>) -> Self {
        match self {
            Self::Star(mut network) => {
                network.norm = network.norm.absorb(moments);
                Self::Star(network)
            }
            other => other,
        }
    }

    /// The mutual-information discriminators; none outside MI-DPG.
    pub fn discriminators(&self) -> &[Discriminator] {
        match self {
            Self::Dpg(dpg) => &dpg.discriminators,
            _ => &[],
        }
    }

    /// The network of a model file, without what training alone needs: no discriminators, APG's factors
    /// multiplied out. Its settings are [`NetworkConfig::frozen`].
    #[must_use]
    pub fn frozen(self) -> Self {
        match self.without_discriminators() {
            Self::Apg(apg) => Self::Apg(apg.collapse()),
            other => other,
        }
    }

    /// The same without discriminators, where it has some.
    #[must_use]
    pub fn without_discriminators(mut self) -> Self {
        if let Self::Dpg(dpg) = &mut self {
            dpg.discriminators.clear();
        }
        self
    }

    /// Takes `fresh`'s discriminators where this network has none: a model file has dropped them.
    #[must_use]
    pub fn with_discriminators_of(mut self, fresh: Self) -> Self {
        if let (Self::Dpg(dpg), Self::Dpg(fresh)) = (&mut self, fresh)
            && dpg.discriminators.is_empty()
        {
            dpg.discriminators = fresh.discriminators;
        }
        self
    }

    /// Sets the bias of the logit, so that training starts at the base rate and not at one half.
    #[must_use]
    pub fn with_prior(mut self, logit: f32) -> Self {
        for output in self.outputs() {
            output.bias = parameter(vec![logit], [1], &output.bias.val().device());
        }
        self
    }

    /// The layers that give the logit: one, or one a tower.
    fn outputs(&mut self) -> Vec<&mut Linear> {
        match self {
            Self::Dnn(network) => vec![&mut network.output],
            Self::Ple(network) => network.towers.iter_mut().map(|t| &mut t.output).collect(),
            Self::Star(network) => network
                .layers
                .last_mut()
                .map(|layer| &mut layer.shared)
                .into_iter()
                .collect(),
            Self::PepNet(network) => vec![&mut network.backbone.output],
            Self::AdaSparse(network) => vec![&mut network.backbone.output],
            Self::Apg(network) => vec![&mut network.output],
            Self::Dpg(network) => vec![&mut network.output],
        }
    }

    /// Values of s a row in the largest modulated layer; 0 where there is none.
    pub fn widest_weighting(&self) -> usize {
        match self {
            Self::Dpg(dpg) => dpg
                .layers
                .iter()
                .map(|l| l.weighting.shape().len())
                .max()
                .unwrap_or(0),
            _ => 0,
        }
    }
}
