//! AdaSparse: hˡ ← πˡ ⊙ hˡ.

use super::graph::{Graph, Value};
use super::input::Input;
use super::network::linear;
use crate::error::Result;
use crate::model::{AdaSparseConfig, PruningForm};
use crate::scorer::Parameters;

/// The logit, \[rows, 1\].
pub(super) fn build(
    graph: &mut Graph,
    config: &AdaSparseConfig,
    hidden: usize,
    parameters: &mut Parameters,
    input: &Input,
) -> Result<Value> {
    let alpha = parameters.take("alpha")?.data.first().copied();
    // Scaling has no α.
    let alpha = match config.form {
        PruningForm::Scaling => 1.0,
        _ => alpha.unwrap_or(1.0),
    };
    let mut h = input.values.clone();
    if config.prune_input {
        h = prune(graph, config, alpha, "input_pruner", parameters, input, &h)?;
    }
    for l in 0..hidden {
        let z = linear(graph, &format!("backbone.layers.{l}"), parameters, &h)?;
        h = graph.relu(&z);
        let name = format!("pruners.{l}");
        h = prune(graph, config, alpha, &name, parameters, input, &h)?;
    }
    linear(graph, "backbone.output", parameters, &h)
}

/// π ⊙ h, π of e and h.
fn prune(
    graph: &mut Graph,
    config: &AdaSparseConfig,
    alpha: f32,
    name: &str,
    parameters: &mut Parameters,
    input: &Input,
    h: &Value,
) -> Result<Value> {
    let mut pruner = parameters.linear(name)?;
    for w in pruner.weight.iter_mut().chain(&mut pruner.bias) {
        *w *= alpha;
    }
    let seen = graph.concat(&[&input.aware, h]);
    let logits = graph.linear(name, &pruner, &seen);
    let beta = match config.form {
        PruningForm::Binarisation => 1.0,
        _ => config.beta,
    };
    let pi = graph.sigmoid(&logits, beta);
    if config.form == PruningForm::Scaling {
        return Ok(graph.multiply(h, &pi));
    }
    let epsilon = graph.number("epsilon", config.epsilon);
    let zero = graph.number("zero", 0.0);
    let kept = graph.node("Greater", &[&pi, &epsilon], &[]);
    let scaled = match config.form {
        PruningForm::Binarisation => h.clone(),
        _ => graph.multiply(h, &pi),
    };
    Ok(graph.node("Where", &[&kept, &scaled, &zero], &[]))
}
