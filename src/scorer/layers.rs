//! Stacks of dense layers.

use super::parameters::{Linear, Parameters};
use super::scratch::Scratch;
use crate::error::Result;
use crate::kernels::{Activation, Dense, Rows};

/// Dense layers, each with an activation.
#[derive(Debug, Clone)]
pub(super) struct Stack(Vec<(Dense, Activation)>);

impl Stack {
    /// `count` layers `name.0`, `name.1`, … with ReLU on each.
    pub(super) fn hidden(name: &str, count: usize, parameters: &mut Parameters) -> Result<Self> {
        let layers = (0..count).map(|l| {
            let layer = parameters.dense(&format!("{name}.{l}"))?;
            Ok((layer, Activation::Relu))
        });
        layers.collect::<Result<_>>().map(Self)
    }

    /// A backbone: `count` hidden layers `{prefix}layers.…` and the logit `{prefix}output`.
    pub(super) fn backbone(
        prefix: &str,
        count: usize,
        parameters: &mut Parameters,
    ) -> Result<Self> {
        let mut stack = Self::hidden(&format!("{prefix}layers"), count, parameters)?;
        let output = parameters.dense(&format!("{prefix}output"))?;
        stack.0.push((output, Activation::Linear));
        Ok(stack)
    }

    /// Layers with ReLU on all but the last.
    pub(super) fn of_layers(layers: Vec<Linear>) -> Self {
        let last = layers.len().saturating_sub(1);
        let layers = layers.iter().enumerate().map(|(l, layer)| {
            let activation = if l < last {
                Activation::Relu
            } else {
                Activation::Linear
            };
            (layer.pack(), activation)
        });
        Self(layers.collect())
    }

    /// The layers.
    pub(super) fn layers(&self) -> &[(Dense, Activation)] {
        &self.0
    }

    /// Outputs of the last layer.
    pub(super) fn outputs(&self) -> usize {
        self.0.last().map_or(0, |(layer, _)| layer.outputs())
    }

    /// `rows` rows of `input` into `out`, \[rows, outputs\].
    pub(super) fn forward(
        &self,
        rows: usize,
        input: Rows<'_>,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Some(((last, activation), hidden)) = self.0.split_last() else {
            return;
        };
        let mut current: Option<(Vec<f32>, usize)> = None;
        for (layer, activation) in hidden {
            let mut next = scratch.take(rows * layer.outputs());
            layer.forward(view(&current, input), *activation, &mut next);
            if let Some((old, _)) = current.replace((next, layer.outputs())) {
                scratch.give(old);
            }
        }
        last.forward(view(&current, input), *activation, out);
        if let Some((old, _)) = current {
            scratch.give(old);
        }
    }
}

fn view<'a>(current: &'a Option<(Vec<f32>, usize)>, input: Rows<'a>) -> Rows<'a> {
    match current {
        Some((values, width)) => Rows::new(values, *width),
        None => input,
    }
}

/// a ← a ⊙ b.
pub(super) fn multiply(a: &mut [f32], b: &[f32]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a *= b;
    }
}
