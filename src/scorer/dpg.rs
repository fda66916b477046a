//! DPG and MI-DPG: h^{l+1} = φ((Sˡ ⊙ Wˡ) hˡ + bˡ).

use super::by_row::{self, ByRow};
use super::folded::Folded;
use super::generator::Factors;
use super::layers::Stack;
use super::network::{Compile, Input, is_folded};
use super::panels::{self, Panels};
use super::parameters::Linear;
use super::scratch::Scratch;
use crate::error::Result;
use crate::kernels::{Gate, Rows};
use crate::model::{BlockShape, Condition, WeightingConfig};

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Dpg {
    by_row: ByRow,
    /// The same for many rows at once.
    panels: Panels,
    /// Where s depends on the scenario alone.
    folded: Option<Folded>,
}

impl Dpg {
    pub(super) fn compile(config: &WeightingConfig, from: &mut Compile<'_>) -> Result<Self> {
        let scenarios = from.scenario_table();
        let mut linears = Vec::new();
        let mut layers = Vec::new();
        let mut panels = Vec::new();
        for (l, shape) in from.blocks.clone().into_iter().enumerate() {
            let name = format!("layers.{l}");
            let linear = from.parameters.linear(&name)?;
            let factors = Factors::take(&name, config, from)?;
            let gate = Gate {
                dr: shape.dr,
                dc: shape.dc,
                dk: config.dk,
                scale: config.gate_scale,
            };
            layers.push(by_row::Layer::new(
                &factors, gate, &linear, &shape, scenarios,
            ));
            panels.push(panels::Layer::new(&factors, gate, &linear, &shape));
            linears.push((linear, shape));
        }
        let output = from.parameters.linear("output")?;
        let mut dpg = Self {
            by_row: ByRow::new(layers, &output),
            panels: Panels::new(panels, &output, from.layout.width),
            folded: None,
        };
        let weights = linears.iter().map(|(linear, _)| linear.weight.len()).sum();
        if config.condition == Condition::Scenario
            && let Some(scenarios) = scenarios.filter(|all| is_folded(*all, weights))
        {
            dpg.folded = Some(dpg.fold(scenarios, &linears, &output));
        }
        Ok(dpg)
    }

    /// One plain network for every id of the scenario: W_key = S_key ⊙ W.
    fn fold(
        &self,
        scenarios: Rows<'_>,
        linears: &[(Linear, BlockShape)],
        output: &Linear,
    ) -> Folded {
        let mut scratch = Scratch::default();
        let stacks: Vec<Stack> = (0u32..)
            .zip(scenarios.values.chunks_exact(scenarios.stride.max(1)))
            .map(|(id, e)| {
                let s = self.by_row.weighting(id, e, &mut scratch);
                let layers = linears.iter().zip(&s).map(|((linear, shape), s)| {
                    let mut linear = linear.clone();
                    for (w, s) in linear.weight.iter_mut().zip(shape.expand(s)) {
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
            return self
                .by_row
                .forward(&rest, &mut logits[done..], None, scratch);
        }
        self.by_row.forward(input, logits, weighting, scratch);
    }
}
