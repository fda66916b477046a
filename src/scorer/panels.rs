//! DPG and MI-DPG for many rows at once, a row in each lane.

use super::generator::{Factors, Generator};
use super::parameters::Linear;
use super::scratch::Scratch;
use crate::kernels::panel::{self, Dense, Factor, Modulated};
use crate::kernels::{Activation, Gate};
use crate::model::BlockShape;

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Panels {
    layers: Vec<Layer>,
    output: Dense,
    /// Rows of a panel.
    width: usize,
    /// D.
    inputs: usize,
    /// Columns of the largest of each: outputs of a layer, R, C and s.
    largest: [usize; 4],
}

/// A layer.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    factors: Factors<Dense>,
    gate: Gate,
    weights: Modulated,
}

/// Memory for R, C and s.
struct Buffers {
    left: Vec<f32>,
    right: Vec<f32>,
    s: Vec<f32>,
}

fn pack(linear: &Linear) -> Dense {
    Dense::new(
        (linear.outputs, linear.inputs),
        &linear.weight,
        &linear.bias,
    )
}

impl Layer {
    pub(super) fn new(
        factors: &Factors<Linear>,
        gate: Gate,
        linear: &Linear,
        shape: &BlockShape,
    ) -> Self {
        let BlockShape { dm, dn, dr, dc } = *shape;
        Self {
            factors: factors.map(pack, pack),
            gate,
            weights: Modulated::new((dm, dr), (dn, dc), &linear.weight, &linear.bias),
        }
    }

    /// s of the panel into the buffer for it.
    fn weighting(&self, e: &[f32], h: &[f32], buffers: &mut Buffers) {
        let Buffers { left, right, s } = buffers;
        let linear = Activation::Linear;
        let (left, right) = match &self.factors {
            Factors::Full(g) => return g.forward(e, h, Activation::Sigmoid(self.gate.scale), s),
            Factors::Both(r, c) => {
                r.forward(e, h, linear, left);
                c.forward(e, h, linear, right);
                (Factor::Rows(left), Factor::Rows(right))
            }
            Factors::Row(r, shared) => {
                r.forward(e, h, linear, left);
                (Factor::Rows(left), Factor::Shared(shared))
            }
            Factors::Column(shared, c) => {
                c.forward(e, h, linear, right);
                (Factor::Shared(shared), Factor::Rows(right))
            }
        };
        self.gate.forward_panel(left, right, s);
    }
}

impl Generator<Dense> {
    fn forward(&self, e: &[f32], h: &[f32], activation: Activation, out: &mut [f32]) {
        match &self.hidden {
            None => self.aware.forward(e, activation, out),
            Some(hidden) => {
                self.aware.forward(e, Activation::Linear, out);
                hidden.forward_onto(h, activation, out);
            }
        }
    }
}

impl Panels {
    pub(super) fn new(layers: Vec<Layer>, output: &Linear, inputs: usize) -> Self {
        let largest = |of: fn(&Layer) -> usize| layers.iter().map(of).max().unwrap_or(0);
        Self {
            largest: [
                largest(|layer| layer.weights.outputs()).max(1),
                largest(|layer| layer.gate.dr * layer.gate.dk),
                largest(|layer| layer.gate.dk * layer.gate.dc),
                largest(|layer| layer.gate.dr * layer.gate.dc),
            ],
            layers,
            output: pack(output),
            width: panel::width(),
            inputs,
        }
    }

    /// Logits of the first rows of `values` \[rows, D\], as many as are better done here; how many those were.
    pub(super) fn forward(
        &self,
        values: &[f32],
        logits: &mut [f32],
        scratch: &mut Scratch,
    ) -> usize {
        let width = self.width;
        let rows = panel::abreast(logits.len());
        if rows == 0 {
            return 0;
        }
        let [outputs, left, right, s] = self.largest;
        let mut x = scratch.take(self.inputs * width);
        let mut h = scratch.take(outputs * width);
        let mut next = scratch.take(outputs * width);
        let mut buffers = Buffers {
            left: scratch.take(left * width),
            right: scratch.take(right * width),
            s: scratch.take(s * width),
        };
        let values = values[..rows * self.inputs].chunks(self.inputs * width);
        for (values, logits) in values.zip(logits[..rows].chunks_mut(width)) {
            if logits.len() < width {
                x.fill(0.0);
            }
            panel::load(values, self.inputs, width, &mut x);
            for (l, layer) in self.layers.iter().enumerate() {
                let seen = if l == 0 { &x } else { &h };
                layer.weighting(&x, seen, &mut buffers);
                layer.weights.forward(seen, &buffers.s, &mut next);
                std::mem::swap(&mut h, &mut next);
            }
            let seen = if self.layers.is_empty() { &x } else { &h };
            self.output.forward(seen, Activation::Linear, &mut next);
            logits.copy_from_slice(&next[..logits.len()]);
        }
        let Buffers { left, right, s } = buffers;
        for buffer in [x, h, next, left, right, s] {
            scratch.give(buffer);
        }
        rows
    }
}
