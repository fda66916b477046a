//! PEPNet: gates of the embeddings and of every layer's input.

use super::layers::{Stack, multiply};
use super::network::{Compile, Input};
use super::parameters::Linear;
use super::scratch::Scratch;
use crate::error::Result;
use crate::kernels::{Activation, Dense, Rows};
use crate::model::PepNetConfig;

/// The network.
#[derive(Debug, Clone)]
pub(super) struct PepNet {
    backbone: Stack,
    /// EPNet's gate; it sees h¹ alone, its columns for e added to those for h¹.
    embedding_gate: Option<[Dense; 2]>,
    input_gate: Option<Personal>,
    gates: Vec<Personal>,
    gamma: f32,
}

/// One of PPNet's gates: what its first layer makes of the priors, as columns of h¹, and of the gated input.
#[derive(Debug, Clone)]
struct Personal {
    prior: Dense,
    input: Dense,
    output: Dense,
}

impl PepNet {
    pub(super) fn compile(config: &PepNetConfig, from: &mut Compile<'_>) -> Result<Self> {
        let backbone = Stack::backbone("backbone.", from.hidden.len(), from.parameters)?;
        let (aware, width) = (from.layout.aware, from.layout.width);
        let embedding_gate = if config.epnet {
            let hidden = from.parameters.linear("embedding_gate.hidden")?;
            let (first, mut rest) = hidden.split(aware);
            for (rest, first) in rest
                .weight
                .chunks_exact_mut(width)
                .zip(first.weight.chunks_exact(aware))
            {
                for (rest, first) in rest.iter_mut().zip(first) {
                    *rest += first;
                }
            }
            Some([rest.pack(), from.parameters.dense("embedding_gate.output")?])
        } else {
            None
        };
        let mut gate = |name: &str| personal(name, from);
        let input_gate = if config.ppnet && config.gate_first_input {
            Some(gate("input_gate")?)
        } else {
            None
        };
        let gated = if config.ppnet {
            backbone.layers().len() - 1
        } else {
            0
        };
        let gates = (0..gated)
            .map(|l| gate(&format!("gates.{l}")))
            .collect::<Result<_>>()?;
        Ok(Self {
            backbone,
            embedding_gate,
            input_gate,
            gates,
            gamma: config.gamma,
        })
    }

    /// Logits of the rows.
    pub(super) fn forward(&self, input: &Input<'_>, logits: &mut [f32], scratch: &mut Scratch) {
        let rows = logits.len();
        let x = Rows::new(input.values, input.width);
        let sigmoid = Activation::Sigmoid(self.gamma);
        let mut gated = scratch.take(input.values.len());
        match &self.embedding_gate {
            Some([hidden, output]) => {
                let mut middle = scratch.take(rows * hidden.outputs());
                hidden.forward(x, Activation::Relu, &mut middle);
                output.forward(Rows::new(&middle, hidden.outputs()), sigmoid, &mut gated);
                multiply(&mut gated, input.values);
                scratch.give(middle);
            }
            None => gated.copy_from_slice(input.values),
        }
        let apply = |gate: Option<&Personal>, h: &mut [f32], scratch: &mut Scratch| {
            let Some(gate) = gate else { return };
            let mut middle = scratch.take(rows * gate.prior.outputs());
            gate.prior.forward(x, Activation::Linear, &mut middle);
            gate.input.forward_onto(
                Rows::new(&gated, input.width),
                Activation::Relu,
                &mut middle,
            );
            let mut factors = scratch.take(h.len());
            gate.output.forward(
                Rows::new(&middle, gate.prior.outputs()),
                sigmoid,
                &mut factors,
            );
            multiply(h, &factors);
            scratch.give(middle);
            scratch.give(factors);
        };
        let mut hidden = scratch.take(gated.len());
        hidden.copy_from_slice(&gated);
        apply(self.input_gate.as_ref(), &mut hidden, scratch);
        for (l, (layer, activation)) in self.backbone.layers().iter().enumerate() {
            let h = Rows::new(&hidden, layer.inputs());
            if l + 1 == self.backbone.layers().len() {
                layer.forward(h, *activation, logits);
                break;
            }
            let mut next = scratch.take(rows * layer.outputs());
            layer.forward(h, *activation, &mut next);
            apply(self.gates.get(l), &mut next, scratch);
            scratch.give(std::mem::replace(&mut hidden, next));
        }
        scratch.give(hidden);
        scratch.give(gated);
    }
}

/// The priors' columns of a gate's first layer stand where the priors stand in h¹, so that nothing is copied
/// together; e stands in where there are none.
fn personal(name: &str, from: &mut Compile<'_>) -> Result<Personal> {
    let layout = from.layout;
    let hidden = from.parameters.linear(&format!("{name}.hidden"))?;
    let (prior, input) = hidden.split(layout.prior_or_aware_width());
    let columns: Vec<usize> = if layout.priors.is_empty() {
        (0..layout.aware).collect()
    } else {
        layout.priors.iter().cloned().flatten().collect()
    };
    let mut weight = vec![0.0; prior.outputs * layout.width];
    for (row, values) in weight
        .chunks_exact_mut(layout.width)
        .zip(prior.weight.chunks_exact(columns.len()))
    {
        for (&column, value) in columns.iter().zip(values) {
            row[column] = *value;
        }
    }
    let spread = Linear {
        inputs: layout.width,
        weight,
        ..prior
    };
    Ok(Personal {
        prior: spread.pack(),
        input: input.pack(),
        output: from.parameters.dense(&format!("{name}.output"))?,
    })
}
