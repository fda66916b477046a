//! A method's network behind one type: what the trainer, the predictor and the model file handle.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::{Method, NetworkConfig};
use super::dnn::Dnn;
use super::dpg::Dpg;
use super::layout::InputLayout;
use super::linear::parameter;
use crate::random::Stream;

/// What a network gives for a batch.
#[derive(Debug)]
pub struct Forward {
    /// One logit a row, \[batch\].
    pub logits: Tensor<1>,
    /// The compact s of every modulated layer, \[batch, d_r, d_c\]; empty where there is none.
    pub weighting: Vec<Tensor<3>>,
}

/// The network of a method. Embedding tables are not in it: they live on the host.
#[derive(Module, Debug)]
pub enum Network {
    /// DNN.
    Dnn(Dnn),
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

    /// h¹ \[batch, D\] → logits and weighting matrices.
    pub fn forward(&self, input: Tensor<2>) -> Forward {
        match self {
            Self::Dnn(dnn) => dnn.forward(input),
            Self::Dpg(dpg) => dpg.forward(input),
        }
    }

    /// The mutual-information discriminators; none outside MI-DPG.
    pub fn discriminators(&self) -> &[super::mutual_information::Discriminator] {
        match self {
            Self::Dnn(_) => &[],
            Self::Dpg(dpg) => &dpg.discriminators,
        }
    }

    /// Without its discriminators, which only training needs.
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
        let output = match &mut self {
            Self::Dnn(dnn) => &mut dnn.output,
            Self::Dpg(dpg) => &mut dpg.output,
        };
        output.bias = parameter(vec![logit], [1], &output.bias.val().device());
        self
    }

    /// Values of s a row in the largest modulated layer; 0 where there is none.
    pub fn widest_weighting(&self) -> usize {
        match self {
            Self::Dnn(_) => 0,
            Self::Dpg(dpg) => dpg
                .layers
                .iter()
                .map(|l| l.weighting.shape().len())
                .max()
                .unwrap_or(0),
        }
    }
}
