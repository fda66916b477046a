//! STAR: one folded network per scenario and an auxiliary one.

use super::folded::Folded;
use super::layers::Stack;
use super::network::{Compile, Input};
use super::parameters::{Linear, Parameters};
use super::scratch::Scratch;
use crate::data::FIRST_VALUE;
use crate::error::Result;
use crate::kernels::Rows;
use crate::model::StarConfig;

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Star {
    folded: Folded,
    auxiliary: Stack,
}

impl Star {
    pub(super) fn compile(config: &StarConfig, from: &mut Compile<'_>) -> Result<Self> {
        let scenarios = from.layout.scenarios;
        let networks = folded(from.hidden.len(), scenarios, from.parameters)?;
        let of_id = (0..FIRST_VALUE).map(|_| scenarios).chain(0..scenarios);
        let of_id = of_id.collect();
        Ok(Self {
            folded: Folded::new(networks.into_iter().map(Stack::of_layers).collect(), of_id),
            auxiliary: Stack::backbone("auxiliary.", config.auxiliary.len(), from.parameters)?,
        })
    }

    /// Logits of the rows.
    pub(super) fn forward(&self, input: &Input<'_>, logits: &mut [f32], scratch: &mut Scratch) {
        self.folded.forward(input, logits, scratch);
        let mut own = scratch.take(logits.len());
        let rows = Rows::new(input.values, input.width);
        self.auxiliary
            .forward(logits.len(), rows, &mut own, scratch);
        add(logits, &own);
        scratch.give(own);
    }
}

/// The plain layers of every scenario's network with `hidden` layers, statistics and normalisation multiplied in; the
/// last network is the unknown scenario's.
pub(crate) fn folded(
    hidden: usize,
    scenarios: usize,
    parameters: &mut Parameters,
) -> Result<Vec<Vec<Linear>>> {
    let shared_scale = parameters.take("norm.shared.scale")?.data;
    let shared_shift = parameters.take("norm.shared.shift")?.data;
    let layers = hidden + 1;
    let shared: Vec<Linear> = (0..layers)
        .map(|l| parameters.linear(&format!("layers.{l}.shared")))
        .collect::<Result<_>>()?;
    let mut networks = Vec::with_capacity(scenarios + 1);
    for k in 0..=scenarios {
        // The last is the unknown scenario's: the shared network alone.
        let own = k < scenarios;
        let (mut scale, mut shift) = (shared_scale.clone(), shared_shift.clone());
        let mut linears = shared.clone();
        if own {
            let specific = |name: &str, parameters: &mut Parameters| {
                Ok::<_, crate::Error>(parameters.take(&format!("norm.specific.{k}.{name}"))?.data)
            };
            super::layers::multiply(&mut scale, &specific("scale", parameters)?);
            add(&mut shift, &specific("shift", parameters)?);
            for (l, linear) in linears.iter_mut().enumerate() {
                let factor = parameters.linear(&format!("layers.{l}.specific.{k}"))?;
                super::layers::multiply(&mut linear.weight, &factor.weight);
                add(&mut linear.bias, &factor.bias);
            }
        }
        let mean = parameters.take(&format!("norm.running.{k}.mean"))?.data;
        let variance = parameters.take(&format!("norm.running.{k}.variance"))?.data;
        for ((scale, shift), (mean, variance)) in scale
            .iter_mut()
            .zip(&mut shift)
            .zip(mean.iter().zip(&variance))
        {
            // Where a column does not vary nothing of it is seen (`model::star` says why).
            *scale *= match *variance > StarConfig::CONSTANT {
                true => 1.0 / (variance + StarConfig::EPSILON).sqrt(),
                false => 0.0,
            };
            *shift -= mean * *scale;
        }
        fold_input(&mut linears[0], &scale, &shift);
        networks.push(linears);
    }
    Ok(networks)
}

/// W (a ⊙ x + c) + b as W' x + b'.
fn fold_input(linear: &mut Linear, scale: &[f32], shift: &[f32]) {
    let rows = linear.weight.chunks_exact_mut(linear.inputs.max(1));
    for (row, bias) in rows.zip(&mut linear.bias) {
        for ((w, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
            *bias += *w * shift;
            *w *= scale;
        }
    }
}

fn add(a: &mut [f32], b: &[f32]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
}
