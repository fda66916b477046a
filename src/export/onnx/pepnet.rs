//! PEPNet: gates of the embeddings and of every layer's input.

use super::graph::{Graph, Value};
use super::input::Input;
use super::network::linear;
use crate::error::Result;
use crate::model::{InputLayout, PepNetConfig};
use crate::scorer::Parameters;

/// The logit, \[rows, 1\].
pub(super) fn build(
    graph: &mut Graph,
    config: &PepNetConfig,
    hidden: usize,
    layout: &InputLayout,
    parameters: &mut Parameters,
    input: &Input,
) -> Result<Value> {
    let x = &input.values;
    let gamma = config.gamma;
    let gated = if config.epnet {
        let seen = graph.concat(&[&input.aware, x]);
        gate(graph, "embedding_gate", gamma, parameters, &seen, x)?
    } else {
        x.clone()
    };
    let priors = priors(graph, layout, input);
    let seen = graph.concat(&[&priors, &gated]);
    let mut h = gated;
    if config.ppnet && config.gate_first_input {
        h = gate(graph, "input_gate", gamma, parameters, &seen, &h)?;
    }
    for l in 0..hidden {
        let z = linear(graph, &format!("backbone.layers.{l}"), parameters, &h)?;
        h = graph.relu(&z);
        if config.ppnet {
            h = gate(graph, &format!("gates.{l}"), gamma, parameters, &seen, &h)?;
        }
    }
    linear(graph, "backbone.output", parameters, &h)
}

/// γ σ(W₂ ReLU(W₁ seen + b₁) + b₂) ⊙ h.
fn gate(
    graph: &mut Graph,
    name: &str,
    gamma: f32,
    parameters: &mut Parameters,
    seen: &Value,
    h: &Value,
) -> Result<Value> {
    let middle = linear(graph, &format!("{name}.hidden"), parameters, seen)?;
    let middle = graph.relu(&middle);
    let out = linear(graph, &format!("{name}.output"), parameters, &middle)?;
    let factors = graph.sigmoid(&out, gamma);
    Ok(graph.multiply(h, &factors))
}

/// The columns of the priors; e stands in where the schema marks none.
fn priors(graph: &mut Graph, layout: &InputLayout, input: &Input) -> Value {
    if layout.priors.is_empty() {
        return input.aware.clone();
    }
    let places: Vec<i64> = layout
        .priors
        .iter()
        .cloned()
        .flatten()
        .map(|j| j as i64)
        .collect();
    let places = graph.ints("priors", &places);
    graph.gather(&input.values, &places, 1)
}
