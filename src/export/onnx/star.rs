//! STAR: the folded networks of all scenarios in a leading axis, and the auxiliary one.

use super::graph::{Graph, Value};
use super::input::Input;
use super::network::{backbone, of_scenario, side_by_side};
use crate::data::FIRST_VALUE;
use crate::error::Result;
use crate::model::StarConfig;
use crate::scorer::{Linear, Parameters, folded_star};

/// The logit, \[rows, 1\].
pub(super) fn build(
    graph: &mut Graph,
    config: &StarConfig,
    hidden: usize,
    scenarios: usize,
    parameters: &mut Parameters,
    input: &Input,
) -> Result<Value> {
    let networks = folded_star(hidden, scenarios, parameters)?;
    let mut h = input.values.clone();
    for l in 0..=hidden {
        let linears: Vec<Linear> = networks.iter().map(|layers| layers[l].clone()).collect();
        let name = format!("layers.{l}");
        h = side_by_side(graph, &name, &linears, l < hidden, &h);
    }
    // The last network is that of an unknown scenario.
    let shares: Vec<Vec<f32>> = (0..scenarios + FIRST_VALUE as usize)
        .map(|id| {
            let own = id.checked_sub(FIRST_VALUE as usize).unwrap_or(scenarios);
            (0..=scenarios)
                .map(|k| f32::from(u8::from(k == own)))
                .collect()
        })
        .collect();
    let own = of_scenario(graph, input, &h, &shares);
    let layers = config.auxiliary.len();
    let auxiliary = backbone(graph, "auxiliary.", layers, parameters, &input.values)?;
    Ok(graph.add(&own, &auxiliary))
}
