//! PLE: the experts, gates and towers of all scenarios in leading axes.

use super::graph::{Graph, Value};
use super::input::Input;
use super::network::{linear, of_scenario, side_by_side};
use crate::data::FIRST_VALUE;
use crate::error::Result;
use crate::model::PleConfig;
use crate::scorer::{Linear, Parameters};

/// The logit, \[rows, 1\]. An unknown scenario gets the mean of all towers.
pub(super) fn build(
    graph: &mut Graph,
    config: &PleConfig,
    hidden: usize,
    scenarios: usize,
    parameters: &mut Parameters,
    input: &Input,
) -> Result<Value> {
    // What the paths of the scenarios see, [rows, D] at first and [K, rows, width] behind a level; and the shared one's.
    let mut own = input.values.clone();
    let mut common = input.values.clone();
    for l in 0..config.levels {
        let last = l + 1 == config.levels;
        let level = Level {
            name: format!("levels.{l}"),
            config,
            layers: config.expert_layers(l, hidden).len(),
            scenarios,
            first: l == 0,
        };
        let specific = level.experts(graph, "specific", parameters, &own)?;
        let shared = level.experts(graph, "shared", parameters, &common)?;
        let mixed = level.mix(graph, parameters, &own, (&specific, &shared))?;
        if !last {
            common = level.mix_all(graph, parameters, &common, (&specific, &shared))?;
        }
        own = mixed;
    }
    let mut towers = |part: &str| -> Result<Vec<Linear>> {
        (0..scenarios)
            .map(|k| parameters.linear(&format!("towers.{k}.{part}")))
            .collect()
    };
    let middle = side_by_side(graph, "towers.layers.0", &towers("layers.0")?, true, &own);
    let logits = side_by_side(graph, "towers.output", &towers("output")?, false, &middle);
    let shares: Vec<Vec<f32>> = (0..scenarios + FIRST_VALUE as usize)
        .map(|id| match id.checked_sub(FIRST_VALUE as usize) {
            None => vec![1.0 / scenarios as f32; scenarios],
            Some(own) => (0..scenarios)
                .map(|k| f32::from(u8::from(k == own)))
                .collect(),
        })
        .collect();
    Ok(of_scenario(graph, input, &logits, &shares))
}

struct Level<'a> {
    name: String,
    config: &'a PleConfig,
    layers: usize,
    scenarios: usize,
    first: bool,
}

impl Level<'_> {
    /// Outputs of the experts of one kind: \[K, n, rows, width\] of the scenarios', \[n, rows, width\] of the shared
    /// ones; none where n is 0.
    fn experts(
        &self,
        graph: &mut Graph,
        kind: &str,
        parameters: &mut Parameters,
        x: &Value,
    ) -> Result<Option<Value>> {
        let specific = kind == "specific";
        let lead = if specific {
            vec![self.scenarios, self.config.specific]
        } else {
            vec![self.config.shared]
        };
        let count: usize = lead.iter().product();
        if count == 0 {
            return Ok(None);
        }
        let mut h = if specific && !self.first {
            graph.unsqueeze(x, &[1])
        } else {
            x.clone()
        };
        for i in 0..self.layers {
            let linears: Vec<Linear> = (0..count)
                .map(|j| parameters.linear(&format!("{}.{kind}.{j}.layers.{i}", self.name)))
                .collect::<Result<_>>()?;
            let name = format!("{}.{kind}.layers.{i}", self.name);
            let z = graph.linears(&name, &lead, &linears, &h);
            h = graph.relu(&z);
        }
        Ok(Some(h))
    }

    /// What the gates of the scenarios make of the experts, \[K, rows, width\].
    fn mix(
        &self,
        graph: &mut Graph,
        parameters: &mut Parameters,
        x: &Value,
        experts: (&Option<Value>, &Option<Value>),
    ) -> Result<Value> {
        let gates: Vec<Linear> = (0..self.scenarios)
            .map(|k| parameters.linear(&format!("{}.gates.{k}", self.name)))
            .collect::<Result<_>>()?;
        let name = format!("{}.gates", self.name);
        let logits = graph.linears(&name, &[self.scenarios], &gates, x);
        let weights = graph.softmax(&logits);
        let own = self.config.specific;
        let all = own + self.config.shared;
        let mut sums = Vec::new();
        for (experts, from, to) in [(experts.0, 0, own), (experts.1, own, all)] {
            if let Some(experts) = experts {
                let part = graph.columns(&weights, from, to);
                let part = graph.transpose(&part, &[0, 2, 1]);
                let part = graph.unsqueeze(&part, &[3]);
                let scaled = graph.multiply(&part, experts);
                sums.push(graph.sum(&scaled, &[1]));
            }
        }
        Ok(total(graph, sums, x))
    }

    /// What the shared gate makes of all experts, \[rows, width\].
    fn mix_all(
        &self,
        graph: &mut Graph,
        parameters: &mut Parameters,
        x: &Value,
        experts: (&Option<Value>, &Option<Value>),
    ) -> Result<Value> {
        let logits = linear(graph, &format!("{}.shared_gate", self.name), parameters, x)?;
        let weights = graph.softmax(&logits);
        let (k, own) = (self.scenarios, self.config.specific);
        let all = k * own + self.config.shared;
        let mut sums = Vec::new();
        if let Some(specific) = experts.0 {
            let part = graph.columns(&weights, 0, k * own);
            let part = graph.transpose(&part, &[1, 0]);
            let part = graph.reshape(&part, &[k as i64, own as i64, -1, 1]);
            let scaled = graph.multiply(&part, specific);
            sums.push(graph.sum(&scaled, &[0, 1]));
        }
        if let Some(shared) = experts.1 {
            let part = graph.columns(&weights, k * own, all);
            let part = graph.transpose(&part, &[1, 0]);
            let part = graph.unsqueeze(&part, &[2]);
            let scaled = graph.multiply(&part, shared);
            sums.push(graph.sum(&scaled, &[0]));
        }
        Ok(total(graph, sums, x))
    }
}

/// The sum of one or two; a configuration has at least one expert.
fn total(graph: &mut Graph, sums: Vec<Value>, none: &Value) -> Value {
    let mut sums = sums.into_iter();
    let first = sums.next().unwrap_or_else(|| none.clone());
    sums.fold(first, |sum, next| graph.add(&sum, &next))
}
