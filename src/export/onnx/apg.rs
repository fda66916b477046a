//! APG: a layer's weights are U S V with S generated for the row.

use super::graph::{Graph, Value};
use super::input::Input;
use super::network::linear;
use crate::error::Result;
use crate::model::{ApgCondition, ApgConfig, InputLayout};
use crate::scorer::{Parameters, apg_factor};

/// The logit, \[rows, 1\].
pub(super) fn build(
    graph: &mut Graph,
    config: &ApgConfig,
    hidden: &[usize],
    layout: &InputLayout,
    parameters: &mut Parameters,
    input: &Input,
) -> Result<Value> {
    let condition = condition(graph, config.condition, layout, input);
    let mut h = input.values.clone();
    let mut dn = layout.width;
    for (l, &dm) in hidden.iter().enumerate() {
        let rank = config.shape(l, (dn, dm), layout).rank;
        let name = format!("layers.{l}");
        let size = rank as i64;
        let u = apg_factor(&format!("{name}.input"), (dn, rank), parameters)?;
        let v = apg_factor(&format!("{name}.output"), (rank, dm), parameters)?;
        let u = graph.floats(&format!("{name}.input"), &[dn, rank], &u);
        let v = graph.floats(&format!("{name}.output"), &[rank, dm], &v);
        let seen = condition.as_ref().unwrap_or(&h);
        let generated = linear(graph, &format!("{name}.generator"), parameters, seen)?;
        let (s, bias) = if config.generated_bias {
            let s = graph.columns(&generated, 0, rank * rank);
            (s, graph.columns(&generated, rank * rank, rank * rank + dm))
        } else {
            let bias = parameters.take(&format!("{name}.bias"))?;
            (
                generated,
                graph.floats(&format!("{name}.bias"), &[dm], &bias.data),
            )
        };
        let s = graph.reshape(&s, &[0, size, size]);
        let t = graph.product(&h, &u);
        let t = graph.unsqueeze(&t, &[2]);
        let turned = graph.multiply(&t, &s);
        let turned = graph.sum(&turned, &[1]);
        let out = graph.product(&turned, &v);
        let z = graph.add(&out, &bias);
        h = graph.relu(&z);
        dn = dm;
    }
    linear(graph, "output", parameters, &h)
}

/// What the generators see; none where it is the layer's own input.
fn condition(
    graph: &mut Graph,
    condition: ApgCondition,
    layout: &InputLayout,
    input: &Input,
) -> Option<Value> {
    let mut parts = vec![input.aware.clone()];
    match condition {
        ApgCondition::Own => return None,
        ApgCondition::Group => {}
        ApgCondition::Mix => {
            for prior in &layout.priors {
                parts.push(graph.columns(&input.values, prior.start, prior.end));
            }
        }
    }
    Some(graph.concat(&parts.iter().collect::<Vec<_>>()))
}
