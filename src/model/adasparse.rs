//! AdaSparse (Yang et al., CIKM 2022): a pruner per layer weighs its neurons by scenario and takes some
//! of them out, hˡ ← πˡ ⊙ hˡ with v = Pˡ [e; hˡ] + c.
//!
//! With the unit step u (never the sign: a pruned neuron is 0, not negative):
//!
//! - binarisation: π = u(σ(αv) − ε); the gradient passes straight through to σ(αv);
//! - scaling: π = β σ(v);
//! - fusion: π = β σ(αv) · u(β σ(αv) − ε).
//!
//! α grows while training and is kept in the model. The sparsity regulariser is
//! R_s = (1/L) Σ_l λ^l |r^l − r| with r^l the share of pruned neurons in the batch, r the middle of the wanted
//! range, and λ^l = λ̂ |r^l − r| outside that range, 0 inside.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::batch::{Batch, Forward};
use super::config::{AdaSparseConfig, PruningForm};
use super::dnn::Dnn;
use super::layout::InputLayout;
use super::linear::{Linear, parameter, scaled_sigmoid};
use crate::random::Stream;

/// AdaSparse.
#[derive(Module, Debug)]
pub struct AdaSparse {
    /// The backbone.
    pub backbone: Dnn,
    /// One pruner a hidden layer.
    pub pruners: Vec<Linear>,
    /// The pruner of the input.
    pub input_pruner: Option<Linear>,
    /// α as training left it, \[1\]; no gradient moves it.
    pub alpha: Param<Tensor<1>>,
    #[module(skip)]
    config: AdaSparseConfig,
    #[module(skip)]
    aware: usize,
}

/// A layer's factors and whether they are above the threshold.
struct Factors {
    /// π, \[batch, N\].
    pi: Tensor<2>,
    /// 1 − the share of pruned neurons, \[1\], with the gradient of σ(αv); where it is regularised.
    kept: Option<Tensor<1>>,
}

impl AdaSparse {
    /// A network over `layout`.
    pub fn init(
        layout: &InputLayout,
        hidden: &[usize],
        config: &AdaSparseConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        // First, so that the backbone of a seed is the DNN's.
        let backbone = Dnn::init(layout.width, hidden, random, device);
        let mut pruner = |width: usize| Linear::init(layout.aware + width, width, random, device);
        Self {
            backbone,
            pruners: hidden.iter().map(|&width| pruner(width)).collect(),
            input_pruner: config.prune_input.then(|| pruner(layout.width)),
            alpha: parameter(vec![config.alpha[0]], [1], device),
            config: config.clone(),
            aware: layout.aware,
        }
    }

    /// The network at `progress` (0 to 1) of the planned steps: α stands where the ramp is.
    #[must_use]
    pub fn at(mut self, progress: f32) -> Self {
        let device = self.alpha.val().device();
        self.alpha = parameter(vec![ramp(self.config.alpha, progress)], [1], &device);
        self
    }

    /// Logits of a batch and, while training, the sparsity regulariser.
    pub fn forward(&self, batch: &Batch<'_>) -> Forward {
        let e = batch.input.clone().narrow(1, 0, self.aware);
        let alpha: Tensor<2> = self.alpha.val().detach().unsqueeze();
        let training = batch.training.filter(|_| self.config.regularises());
        let mut kept = Vec::new();
        let mut prune = |pruner: &Linear, h: Tensor<2>| {
            let v = pruner.forward(Tensor::cat(vec![e.clone(), h.clone()], 1));
            let factors = self.factors(v, &alpha, training.is_some());
            kept.extend(factors.kept);
            factors.pi * h
        };
        let mut hidden = batch.input.clone();
        if let Some(pruner) = &self.input_pruner {
            hidden = prune(pruner, hidden);
        }
        for (layer, pruner) in self.backbone.layers.iter().zip(&self.pruners) {
            hidden = prune(pruner, layer.activate(hidden));
        }
        let logits = self.backbone.output.forward(hidden).squeeze_dim(1);
        Forward {
            penalty: training.and_then(|progress| self.penalty(kept, progress)),
            ..Forward::of_logits(logits)
        }
    }

    fn factors(&self, v: Tensor<2>, alpha: &Tensor<2>, regularised: bool) -> Factors {
        let config = &self.config;
        let (scale, value) = match config.form {
            PruningForm::Scaling => {
                let pi = scaled_sigmoid(v, config.beta);
                return Factors { pi, kept: None };
            }
            PruningForm::Binarisation => (1.0, scaled_sigmoid(v * alpha.clone(), 1.0)),
            PruningForm::Fusion => (config.beta, scaled_sigmoid(v * alpha.clone(), config.beta)),
        };
        let above = value.clone().detach().greater_elem(config.epsilon).float();
        if config.form == PruningForm::Fusion && !regularised {
            let pi = value * above;
            return Factors { pi, kept: None };
        }
        // 0 or 1, with the gradient of σ(αv).
        let passed = value.clone().div_scalar(scale);
        let step = passed.clone() + (above.clone() - passed).detach();
        let kept = regularised.then(|| step.clone().mean());
        let pi = match config.form {
            PruningForm::Fusion => value * above,
            _ => step,
        };
        Factors { pi, kept }
    }

    /// R_s.
    fn penalty(&self, kept: Vec<Tensor<1>>, progress: f32) -> Option<Tensor<1>> {
        let [low, high] = self.config.sparsity;
        let middle = (low + high) / 2.0;
        let layers = kept.len();
        if kept.is_empty() {
            return None;
        }
        let pruned = Tensor::cat(kept, 0).neg().add_scalar(1.0);
        let distance = pruned.clone().sub_scalar(middle).abs();
        let fixed = pruned.detach();
        let outside = fixed
            .clone()
            .lower_elem(low)
            .float()
            .add(fixed.greater_elem(high).float());
        let weight = distance.clone().detach() * outside;
        let sum = (weight * distance).sum();
        Some(sum.mul_scalar(ramp(self.config.lambda, progress) / layers as f32))
    }
}

/// A value that grows linearly from the first to the second.
fn ramp([from, to]: [f32; 2], progress: f32) -> f32 {
    from + (to - from) * progress.clamp(0.0, 1.0)
}
