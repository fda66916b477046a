//! The plain networks, and the choice between networks by scenario.

use super::graph::{Graph, Value};
use super::input::Input;
use crate::error::Result;
use crate::scorer::{Linear, Parameters};

/// `count` layers `name.0`, `name.1`, … with ReLU on each.
pub(super) fn hidden(
    graph: &mut Graph,
    name: &str,
    count: usize,
    parameters: &mut Parameters,
    x: &Value,
) -> Result<Value> {
    let mut h = x.clone();
    for l in 0..count {
        let name = format!("{name}.{l}");
        let linear = parameters.linear(&name)?;
        let z = graph.linear(&name, &linear, &h);
        h = graph.relu(&z);
    }
    Ok(h)
}

/// A dense layer from the file.
pub(super) fn linear(
    graph: &mut Graph,
    name: &str,
    parameters: &mut Parameters,
    x: &Value,
) -> Result<Value> {
    let linear = parameters.linear(name)?;
    Ok(graph.linear(name, &linear, x))
}

/// `count` hidden layers `{prefix}layers.…` and the logit `{prefix}output`, \[rows, 1\].
pub(super) fn backbone(
    graph: &mut Graph,
    prefix: &str,
    count: usize,
    parameters: &mut Parameters,
    x: &Value,
) -> Result<Value> {
    let h = hidden(graph, &format!("{prefix}layers"), count, parameters, x)?;
    linear(graph, &format!("{prefix}output"), parameters, &h)
}

/// `linears[k]` for each of several networks, in the leading axis; ReLU where asked for.
pub(super) fn side_by_side(
    graph: &mut Graph,
    name: &str,
    linears: &[Linear],
    relu: bool,
    x: &Value,
) -> Value {
    let z = graph.linears(name, &[linears.len()], linears, x);
    if relu { graph.relu(&z) } else { z }
}

/// The logit of each row's own scenario, \[rows, 1\], of `logits` \[networks, rows, 1\]. `shares` has for each id of
/// the scenario how much each network counts.
pub(super) fn of_scenario(
    graph: &mut Graph,
    input: &Input,
    logits: &Value,
    shares: &[Vec<f32>],
) -> Value {
    let networks = shares.first().map_or(0, Vec::len);
    let table = graph.floats("shares", &[shares.len(), networks], &shares.concat());
    let own = graph.gather(&table, &input.scenario, 0);
    let each = graph.reshape(logits, &[networks as i64, -1]);
    let each = graph.transpose(&each, &[1, 0]);
    let weighted = graph.multiply(&each, &own);
    let sum = graph.sum(&weighted, &[1]);
    graph.unsqueeze(&sum, &[1])
}
