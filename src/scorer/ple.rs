//! PLE: experts of each scenario beside shared ones.

use std::ops::Range;

use super::groups::Groups;
use super::layers::Stack;
use super::network::{Compile, Input};
use super::scratch::Scratch;
use crate::data::FIRST_VALUE;
use crate::error::Result;
use crate::kernels::{Activation, Dense, Rows};
use crate::model::PleConfig;

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Ple {
    /// The level below the last, where there are two.
    below: Option<Level>,
    last: Level,
    towers: Vec<Stack>,
}

#[derive(Debug, Clone)]
struct Level {
    /// Experts of scenario 0, then of scenario 1, …
    specific: Vec<Stack>,
    shared: Vec<Stack>,
    gates: Vec<Dense>,
    shared_gate: Option<Dense>,
    /// Outputs of an expert.
    width: usize,
}

impl Level {
    fn compile(
        l: usize,
        layers: usize,
        last: bool,
        from: &mut Compile<'_>,
        config: &PleConfig,
    ) -> Result<Self> {
        let scenarios = from.layout.scenarios;
        let mut experts = |kind: &str, count: usize| -> Result<Vec<Stack>> {
            (0..count)
                .map(|j| {
                    Stack::hidden(
                        &format!("levels.{l}.{kind}.{j}.layers"),
                        layers,
                        from.parameters,
                    )
                })
                .collect()
        };
        let specific = experts("specific", scenarios * config.specific)?;
        let shared = experts("shared", config.shared)?;
        let gates = (0..scenarios)
            .map(|k| from.parameters.dense(&format!("levels.{l}.gates.{k}")))
            .collect::<Result<_>>()?;
        let shared_gate = if last {
            None
        } else {
            Some(from.parameters.dense(&format!("levels.{l}.shared_gate"))?)
        };
        let width = specific.first().map_or(0, Stack::outputs);
        Ok(Self {
            specific,
            shared,
            gates,
            shared_gate,
            width,
        })
    }

    fn own(&self, k: usize) -> Range<usize> {
        let each = self.specific.len() / self.gates.len().max(1);
        k * each..(k + 1) * each
    }
}

/// Sorted rows of numbers.
struct Part<'a> {
    values: &'a [f32],
    width: usize,
}

impl Part<'_> {
    fn rows(&self, places: &Range<usize>) -> Rows<'_> {
        let range = places.start * self.width..places.end * self.width;
        Rows::new(&self.values[range], self.width)
    }
}

impl Ple {
    pub(super) fn compile(config: &PleConfig, from: &mut Compile<'_>) -> Result<Self> {
        let count = from.hidden.len();
        let mut levels = Vec::new();
        for l in 0..config.levels {
            let layers = config.expert_layers(l, count).len();
            levels.push(Level::compile(
                l,
                layers,
                l + 1 == config.levels,
                from,
                config,
            )?);
        }
        let towers = (0..from.layout.scenarios)
            .map(|k| Stack::backbone(&format!("towers.{k}."), 1, from.parameters))
            .collect::<Result<_>>()?;
        let last = levels
            .pop()
            .ok_or_else(|| crate::Error::new(crate::ErrorKind::ModelFile, "PLE has no level"))?;
        Ok(Self {
            below: levels.pop(),
            last,
            towers,
        })
    }

    /// Logits of the rows.
    pub(super) fn forward(&self, input: &Input<'_>, logits: &mut [f32], scratch: &mut Scratch) {
        let (rows, known) = (logits.len(), self.towers.len());
        let key = |id: u32| match id.checked_sub(FIRST_VALUE) {
            Some(k) if (k as usize) < known => k as usize,
            _ => known,
        };
        let groups = Groups::new(input.scenario.iter().map(|&id| key(id)));
        let mut sorted = scratch.take(input.values.len());
        groups.sort(input.values, input.width, &mut sorted);
        let x = Part {
            values: &sorted,
            width: input.width,
        };
        let all = 0..rows;

        // The level below: every expert of every row, since the shared gate mixes all of them.
        let mut specific = Vec::new();
        let mut shared = Vec::new();
        let mut mixed = scratch.take(0);
        if let Some(level) = &self.below {
            specific = run(&level.specific, rows, x.rows(&all), scratch);
            shared = run(&level.shared, rows, x.rows(&all), scratch);
            mixed.resize(rows * level.width, 0.0);
            if let Some(gate) = &level.shared_gate {
                let experts: Vec<&[f32]> =
                    specific.iter().chain(&shared).map(Vec::as_slice).collect();
                mix(gate, rows, x.rows(&all), &experts, &mut mixed, scratch);
            }
        }
        let shared_input = match &self.below {
            Some(level) => Part {
                values: &mixed,
                width: level.width,
            },
            None => Part {
                values: &sorted,
                width: input.width,
            },
        };
        let last_shared = run(&self.last.shared, rows, shared_input.rows(&all), scratch);

        let mut out = scratch.take(rows);
        for (key, places) in &groups.parts {
            let out = &mut out[places.clone()];
            let path = |k: usize, out: &mut [f32], scratch: &mut Scratch| {
                let own = x.rows(places);
                let mut below = scratch.take(0);
                let input = match &self.below {
                    None => own,
                    Some(level) => {
                        below.resize(places.len() * level.width, 0.0);
                        let range = places.start * level.width..places.end * level.width;
                        let below_experts = specific[level.own(k)].iter().chain(&shared);
                        let experts: Vec<&[f32]> =
                            below_experts.map(|e| &e[range.clone()]).collect();
                        mix(
                            &level.gates[k],
                            places.len(),
                            own,
                            &experts,
                            &mut below,
                            scratch,
                        );
                        Rows::new(&below, level.width)
                    }
                };
                let width = self.last.width;
                let own = run(
                    &self.last.specific[self.last.own(k)],
                    places.len(),
                    input,
                    scratch,
                );
                let shared = last_shared
                    .iter()
                    .map(|e| &e[places.start * width..places.end * width]);
                let experts: Vec<&[f32]> = own.iter().map(Vec::as_slice).chain(shared).collect();
                let mut mixed = scratch.take(places.len() * width);
                mix(
                    &self.last.gates[k],
                    places.len(),
                    input,
                    &experts,
                    &mut mixed,
                    scratch,
                );
                self.towers[k].forward(places.len(), Rows::new(&mixed, width), out, scratch);
                for buffer in own.into_iter().chain([mixed, below]) {
                    scratch.give(buffer);
                }
            };
            if *key < known {
                path(*key, out, scratch);
            } else {
                // An unknown scenario: the mean of all towers.
                let mut one = scratch.take(places.len());
                out.fill(0.0);
                for k in 0..known {
                    path(k, &mut one, scratch);
                    for (sum, logit) in out.iter_mut().zip(&one) {
                        *sum += logit / known as f32;
                    }
                }
                scratch.give(one);
            }
        }
        groups.restore(&out, logits);
        let buffers = specific.into_iter().chain(shared).chain(last_shared);
        for buffer in buffers.chain([sorted, mixed, out]) {
            scratch.give(buffer);
        }
    }
}

fn run(experts: &[Stack], rows: usize, input: Rows<'_>, scratch: &mut Scratch) -> Vec<Vec<f32>> {
    experts
        .iter()
        .map(|expert| {
            let mut out = scratch.take(rows * expert.outputs());
            expert.forward(rows, input, &mut out, scratch);
            out
        })
        .collect()
}

/// Σ_j softmax(gate(x))_j E_j.
fn mix(
    gate: &Dense,
    rows: usize,
    x: Rows<'_>,
    experts: &[&[f32]],
    out: &mut [f32],
    scratch: &mut Scratch,
) {
    let count = gate.outputs();
    let mut weights = scratch.take(rows * count);
    gate.forward(x, Activation::Linear, &mut weights);
    let width = out.len() / rows.max(1);
    out.fill(0.0);
    for (b, weights) in weights.chunks_exact_mut(count).enumerate() {
        let largest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for w in weights.iter_mut() {
            *w = (*w - largest).exp();
            sum += *w;
        }
        let out = &mut out[b * width..][..width];
        for (w, expert) in weights.iter().zip(experts) {
            for (out, e) in out.iter_mut().zip(&expert[b * width..][..width]) {
                *out += w / sum * e;
            }
        }
    }
    scratch.give(weights);
}
