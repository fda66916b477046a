//! DPG and MI-DPG for a few rows, outputs in the lanes.

use super::generator::{Factors, Generator};
use super::network::Input;
use super::parameters::Linear;
use super::scratch::Scratch;
use crate::kernels::{Activation, Dense, Gate, ModulatedLayer, PackedLayer, Rows, embed};
use crate::model::BlockShape;

/// The network.
#[derive(Debug, Clone)]
pub(super) struct ByRow {
    layers: Vec<Layer>,
    output: Dense,
    /// Columns of the largest of each: outputs of a layer, R, C and s.
    largest: [usize; 4],
}

/// A layer.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    factors: Factors<Part, Dense>,
    gate: Gate,
    weights: PackedLayer,
}

/// What a generator makes of e.
#[derive(Debug, Clone)]
struct Part {
    layer: Dense,
    /// Its outputs for every id of the scenario, \[ids, outputs\], where that is all of e; else empty.
    known: Vec<f32>,
}

/// What a generator sees of some rows.
#[derive(Clone, Copy)]
struct Seen<'a> {
    e: Rows<'a>,
    h: Rows<'a>,
    scenario: &'a [u32],
}

/// Memory for R, C and s.
struct Buffers<'a> {
    left: &'a mut [f32],
    right: &'a mut [f32],
    s: &'a mut [f32],
}

impl Part {
    /// `scenarios`: e of every id of the scenario, where that is all of e.
    fn new(linear: &Linear, scenarios: Option<Rows<'_>>) -> Self {
        let layer = linear.pack();
        let scenarios = scenarios.unwrap_or(Rows::new(&[], layer.inputs()));
        let ids = scenarios.values.len() / scenarios.stride.max(1);
        let mut known = vec![0.0; ids * layer.outputs()];
        layer.forward(scenarios, Activation::Linear, &mut known);
        Self { layer, known }
    }

    fn outputs(&self) -> usize {
        self.layer.outputs()
    }

    fn forward(&self, seen: Seen<'_>, activation: Activation, out: &mut [f32]) {
        if self.known.is_empty() || activation != Activation::Linear {
            return self.layer.forward(seen.e, activation, out);
        }
        for (out, id) in out.chunks_exact_mut(self.outputs()).zip(seen.scenario) {
            embed(&self.known, &[*id], out);
        }
    }
}

impl Generator<Part, Dense> {
    fn forward(&self, seen: Seen<'_>, activation: Activation, out: &mut [f32]) {
        match &self.hidden {
            None => self.aware.forward(seen, activation, out),
            Some(hidden) => {
                self.aware.forward(seen, Activation::Linear, out);
                hidden.forward_onto(seen.h, activation, out);
            }
        }
    }
}

impl Layer {
    pub(super) fn new(
        factors: &Factors<Linear>,
        gate: Gate,
        linear: &Linear,
        shape: &BlockShape,
        scenarios: Option<Rows<'_>>,
    ) -> Self {
        let BlockShape { dm, dn, dr, dc } = *shape;
        let layer = ModulatedLayer::new((dm, dr), (dn, dc));
        Self {
            factors: factors.map(|aware| Part::new(aware, scenarios), Linear::pack),
            gate,
            weights: PackedLayer::new(layer, &linear.weight, &linear.bias),
        }
    }

    /// Entries of s.
    fn size(&self) -> usize {
        self.gate.dr * self.gate.dc
    }

    /// s of `rows` rows, \[rows, d_r, d_c\].
    fn weighting<'a>(
        &self,
        rows: usize,
        seen: Seen<'_>,
        buffers: &'a mut Buffers<'_>,
    ) -> &'a [f32] {
        let make = |g: &Generator<Part, Dense>, activation, out: &'a mut [f32]| {
            let out = &mut out[..rows * g.aware.outputs()];
            g.forward(seen, activation, out);
            &*out
        };
        let Buffers { left, right, s } = buffers;
        let (left, right) = match &self.factors {
            Factors::Full(g) => return make(g, Activation::Sigmoid(self.gate.scale), s),
            Factors::Both(r, c) => (
                make(r, Activation::Linear, left),
                make(c, Activation::Linear, right),
            ),
            Factors::Row(r, shared) => (make(r, Activation::Linear, left), shared.as_slice()),
            Factors::Column(shared, c) => (shared.as_slice(), make(c, Activation::Linear, right)),
        };
        let s = &mut s[..rows * self.size()];
        self.gate.forward_into(rows, left, right, s);
        s
    }
}

impl ByRow {
    pub(super) fn new(layers: Vec<Layer>, output: &Linear) -> Self {
        let largest = |of: fn(&Layer) -> usize| layers.iter().map(of).max().unwrap_or(0);
        Self {
            largest: [
                largest(|layer| layer.weights.outputs()),
                largest(|layer| layer.gate.dr * layer.gate.dk),
                largest(|layer| layer.gate.dk * layer.gate.dc),
                largest(Layer::size),
            ],
            layers,
            output: output.pack(),
        }
    }

    /// s of every layer for an e that is the scenario's, of that id, and all that the generators see.
    pub(super) fn weighting(&self, id: u32, e: &[f32], scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let seen = Seen {
            e: Rows::new(e, e.len()),
            h: Rows::new(e, e.len()),
            scenario: &[id],
        };
        let mut memory = scratch.take(self.memory(1));
        let (_, _, mut buffers) = self.buffers(1, &mut memory);
        let layers = self.layers.iter();
        let s = layers
            .map(|layer| layer.weighting(1, seen, &mut buffers).to_vec())
            .collect();
        scratch.give(memory);
        s
    }

    /// Logits of the rows and, where asked for, s of every layer.
    pub(super) fn forward(
        &self,
        input: &Input<'_>,
        logits: &mut [f32],
        mut weighting: Option<&mut Vec<Vec<f32>>>,
        scratch: &mut Scratch,
    ) {
        let rows = logits.len();
        let e = Rows::new(input.values, input.width);
        let mut memory = scratch.take(self.memory(rows));
        let mut expanded = std::mem::take(&mut scratch.expanded);
        let (mut hidden, mut next, mut buffers) = self.buffers(rows, &mut memory);
        let mut h = e;
        for layer in &self.layers {
            let scenario = input.scenario;
            let s = layer.weighting(rows, Seen { e, h, scenario }, &mut buffers);
            let out = &mut next[..rows * layer.weights.outputs()];
            layer.weights.forward(h.values, s, out, &mut expanded);
            if let Some(kept) = &mut weighting {
                kept.push(s.to_vec());
            }
            std::mem::swap(&mut hidden, &mut next);
            h = Rows::new(
                &hidden[..rows * layer.weights.outputs()],
                layer.weights.outputs(),
            );
        }
        self.output.forward(h, Activation::Linear, logits);
        scratch.give(memory);
        scratch.expanded = expanded;
    }

    fn memory(&self, rows: usize) -> usize {
        let [outputs, left, right, s] = self.largest;
        rows * (2 * outputs + left + right + s)
    }

    fn buffers<'a>(
        &self,
        rows: usize,
        memory: &'a mut [f32],
    ) -> (&'a mut [f32], &'a mut [f32], Buffers<'a>) {
        let [outputs, left, right, _] = self.largest;
        let (hidden, memory) = memory.split_at_mut(rows * outputs);
        let (next, memory) = memory.split_at_mut(rows * outputs);
        let (left, memory) = memory.split_at_mut(rows * left);
        let (right, s) = memory.split_at_mut(rows * right);
        (hidden, next, Buffers { left, right, s })
    }
}
