//! AdaSparse: hˡ ← πˡ ⊙ hˡ.

use super::layers::Stack;
use super::network::{Compile, Input};
use super::scratch::Scratch;
use crate::error::Result;
use crate::kernels::{Activation, Dense, Rows};
use crate::model::{AdaSparseConfig, PruningForm};

/// The network.
#[derive(Debug, Clone)]
pub(super) struct AdaSparse {
    backbone: Stack,
    input_pruner: Option<Pruner>,
    pruners: Vec<Pruner>,
    form: PruningForm,
    /// The largest factor: β, or 1 where factors are 0 or 1.
    beta: f32,
    epsilon: f32,
}

/// What a pruner makes of e and of h, with α multiplied in.
#[derive(Debug, Clone)]
struct Pruner {
    aware: Dense,
    hidden: Dense,
}

impl AdaSparse {
    pub(super) fn compile(config: &AdaSparseConfig, from: &mut Compile<'_>) -> Result<Self> {
        let backbone = Stack::backbone("backbone.", from.hidden.len(), from.parameters)?;
        let alpha = from
            .parameters
            .take("alpha")?
            .data
            .first()
            .copied()
            .unwrap_or(1.0);
        // Scaling has no α.
        let alpha = if config.form == PruningForm::Scaling {
            1.0
        } else {
            alpha
        };
        let aware = from.layout.aware;
        let mut pruner = |name: &str| -> Result<Pruner> {
            let mut linear = from.parameters.linear(name)?;
            linear
                .weight
                .iter_mut()
                .chain(&mut linear.bias)
                .for_each(|w| *w *= alpha);
            let (first, rest) = linear.split(aware);
            Ok(Pruner {
                aware: first.pack(),
                hidden: rest.pack(),
            })
        };
        let pruners = (0..from.hidden.len())
            .map(|l| pruner(&format!("pruners.{l}")))
            .collect::<Result<_>>()?;
        let input_pruner = if config.prune_input {
            Some(pruner("input_pruner")?)
        } else {
            None
        };
        let beta = if config.form == PruningForm::Binarisation {
            1.0
        } else {
            config.beta
        };
        Ok(Self {
            backbone,
            input_pruner,
            pruners,
            form: config.form,
            beta,
            epsilon: config.epsilon,
        })
    }

    /// Logits of the rows.
    pub(super) fn forward(&self, input: &Input<'_>, logits: &mut [f32], scratch: &mut Scratch) {
        let rows = logits.len();
        let e = Rows::new(input.values, input.width);
        let mut hidden = scratch.take(input.values.len());
        hidden.copy_from_slice(input.values);
        if let Some(pruner) = &self.input_pruner {
            self.prune(pruner, e, &mut hidden, scratch);
        }
        let layers = self.backbone.layers();
        for (l, (layer, activation)) in layers.iter().enumerate() {
            let h = Rows::new(&hidden, layer.inputs());
            if l + 1 == layers.len() {
                layer.forward(h, *activation, logits);
                break;
            }
            let mut next = scratch.take(rows * layer.outputs());
            layer.forward(h, *activation, &mut next);
            if let Some(pruner) = self.pruners.get(l) {
                self.prune(pruner, e, &mut next, scratch);
            }
            scratch.give(std::mem::replace(&mut hidden, next));
        }
        scratch.give(hidden);
    }

    fn prune(&self, pruner: &Pruner, e: Rows<'_>, h: &mut [f32], scratch: &mut Scratch) {
        let mut pi = scratch.take(h.len());
        pruner.aware.forward(e, Activation::Linear, &mut pi);
        let rows = Rows::new(h, pruner.hidden.inputs());
        pruner
            .hidden
            .forward_onto(rows, Activation::Sigmoid(self.beta), &mut pi);
        for (h, pi) in h.iter_mut().zip(&pi) {
            *h *= match self.form {
                PruningForm::Scaling => *pi,
                _ if *pi <= self.epsilon => 0.0,
                PruningForm::Fusion => *pi,
                PruningForm::Binarisation => 1.0,
            };
        }
        scratch.give(pi);
    }
}
