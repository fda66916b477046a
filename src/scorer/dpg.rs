//! DPG and MI-DPG: h^{l+1} = φ((Sˡ ⊙ Wˡ) hˡ + bˡ).

use super::folded::Folded;
use super::generator::{Factors, Generator};
use super::layers::Stack;
use super::network::{Compile, Input};
use super::panels::{self, Panels};
use super::parameters::Linear;
use super::scratch::Scratch;
use crate::error::Result;
use crate::kernels::{Activation, Dense, Gate, ModulatedLayer, PackedLayer, Rows};
use crate::model::{BlockShape, Condition, WeightingConfig};

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Dpg {
    layers: Vec<Layer>,
    output: Dense,
    /// The same for many rows at once.
    panels: Panels,
    /// Where s depends on the scenario alone.
    folded: Option<Folded>,
}

#[derive(Debug, Clone)]
struct Layer {
    factors: Factors<Dense>,
    gate: Gate,
    weights: PackedLayer,
}

impl Generator<Dense> {
    fn forward(
        &self,
        rows: usize,
        (e, h): (Rows<'_>, Rows<'_>),
        activation: Activation,
        scratch: &mut Scratch,
    ) -> Vec<f32> {
        let mut out = scratch.take(rows * self.aware.outputs());
        match &self.hidden {
            None => self.aware.forward(e, activation, &mut out),
            Some(hidden) => {
                self.aware.forward(e, Activation::Linear, &mut out);
                hidden.forward_onto(h, activation, &mut out);
            }
        }
        out
    }
}

impl Layer {
    /// s of `rows` rows.
    fn weighting(&self, rows: usize, see: (Rows<'_>, Rows<'_>), scratch: &mut Scratch) -> Vec<f32> {
        let mut make = |g: &Generator<Dense>, activation| g.forward(rows, see, activation, scratch);
        let (left, right) = match &self.factors {
            Factors::Full(g) => return make(g, Activation::Sigmoid(self.gate.scale)),
            Factors::Both(r, c) => (
                Some(make(r, Activation::Linear)),
                Some(make(c, Activation::Linear)),
            ),
            Factors::Row(r, _) => (Some(make(r, Activation::Linear)), None),
            Factors::Column(_, c) => (None, Some(make(c, Activation::Linear))),
        };
        let mut s = scratch.take(rows * self.gate.dr * self.gate.dc);
        let shared: &[f32] = match &self.factors {
            Factors::Row(_, shared) | Factors::Column(shared, _) => shared,
            _ => &[],
        };
        self.gate.forward_into(
            rows,
            left.as_deref().unwrap_or(shared),
            right.as_deref().unwrap_or(shared),
            &mut s,
        );
        for buffer in [left, right].into_iter().flatten() {
            scratch.give(buffer);
        }
        s
    }
}

impl Dpg {
    pub(super) fn compile(config: &WeightingConfig, from: &mut Compile<'_>) -> Result<Self> {
        let mut linears = Vec::new();
        let mut layers = Vec::new();
        let mut panels = Vec::new();
        for (l, shape) in from.blocks.clone().into_iter().enumerate() {
            let name = format!("layers.{l}");
            let linear = from.parameters.linear(&name)?;
            let factors = Factors::take(&name, config, from)?;
            let BlockShape { dm, dn, dr, dc } = shape;
            let gate = Gate {
                dr,
                dc,
                dk: config.dk,
                scale: config.gate_scale,
            };
            panels.push(panels::Layer::new(&factors, gate, &linear, &shape));
            let layer = ModulatedLayer::new((dm, dr), (dn, dc));
            layers.push(Layer {
                factors: factors.map(Linear::pack),
                gate,
                weights: PackedLayer::new(layer, &linear.weight, &linear.bias),
            });
            linears.push((linear, shape));
        }
        let output = from.parameters.linear("output")?;
        let mut dpg = Self {
            layers,
            output: output.pack(),
            panels: Panels::new(panels, &output, from.layout.width),
            folded: None,
        };
        if config.condition == Condition::Scenario
            && let Some(table) = from.scenario_table()
        {
            dpg.folded = Some(dpg.fold(table, &linears, &output));
        }
        Ok(dpg)
    }

    /// One plain network per row of the scenario's table: W_key = S_key ⊙ W.
    fn fold(&self, table: &[f32], linears: &[(Linear, BlockShape)], output: &Linear) -> Folded {
        let mut scratch = Scratch::default();
        let aware = self.layers.first().map_or(1, |layer| layer.aware());
        let stacks: Vec<Stack> = table
            .chunks_exact(aware)
            .map(|e| {
                let e = Rows::new(e, aware);
                let layers = self
                    .layers
                    .iter()
                    .zip(linears)
                    .map(|(layer, (linear, shape))| {
                        let s = layer.weighting(1, (e, e), &mut scratch);
                        let mut linear = linear.clone();
                        for (w, s) in linear.weight.iter_mut().zip(shape.expand(&s)) {
                            *w *= s;
                        }
                        linear
                    });
                let layers = layers.chain(std::iter::once(output.clone()));
                Stack::of_layers(layers.collect())
            })
            .collect();
        let of_id = (0..stacks.len()).collect();
        Folded::new(stacks, of_id)
    }

    /// Logits of the rows and, where asked for, s of every layer.
    pub(super) fn forward(
        &self,
        input: &Input<'_>,
        logits: &mut [f32],
        weighting: Option<&mut Vec<Vec<f32>>>,
        scratch: &mut Scratch,
    ) {
        if let (Some(folded), None) = (&self.folded, &weighting) {
            return folded.forward(input, logits, scratch);
        }
        if weighting.is_none() {
            let done = self.panels.forward(input.values, logits, scratch);
            if done == logits.len() {
                return;
            }
            let rest = Input {
                values: &input.values[done * input.width..],
                scenario: &input.scenario[done..],
                ..*input
            };
            return self.by_row(&rest, &mut logits[done..], None, scratch);
        }
        self.by_row(input, logits, weighting, scratch);
    }

    /// Logits of a few rows, outputs in the lanes.
    fn by_row(
        &self,
        input: &Input<'_>,
        logits: &mut [f32],
        weighting: Option<&mut Vec<Vec<f32>>>,
        scratch: &mut Scratch,
    ) {
        let rows = logits.len();
        let e = Rows::new(input.values, input.width);
        let mut kept = Vec::new();
        let mut work = scratch.take(0);
        let mut hidden: Option<Vec<f32>> = None;
        for layer in &self.layers {
            let h: &[f32] = hidden.as_deref().unwrap_or(input.values);
            let s = layer.weighting(rows, (e, Rows::new(h, layer.weights.inputs())), scratch);
            let mut next = scratch.take(rows * layer.weights.outputs());
            layer.weights.forward(h, &s, &mut next, &mut work);
            if weighting.is_some() {
                kept.push(s);
            } else {
                scratch.give(s);
            }
            if let Some(old) = hidden.replace(next) {
                scratch.give(old);
            }
        }
        let h: &[f32] = hidden.as_deref().unwrap_or(input.values);
        let h = Rows::new(h, self.output.inputs());
        self.output.forward(h, Activation::Linear, logits);
        if let Some(weighting) = weighting {
            *weighting = kept;
        }
        scratch.give(work);
        scratch.give(hidden.unwrap_or_default());
    }
}

impl Layer {
    /// Width of e.
    fn aware(&self) -> usize {
        let (Factors::Full(g) | Factors::Both(g, _) | Factors::Row(g, _) | Factors::Column(_, g)) =
            &self.factors;
        g.aware.inputs()
    }
}
