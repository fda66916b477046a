//! APG: a layer's weights are U S V with S generated for the row.

use super::folded::Folded;
use super::layers::Stack;
use super::network::{Compile, Input, is_folded};
use super::parameters::{Linear, Parameters};
use super::scratch::Scratch;
use crate::error::Result;
use crate::kernels::{self, Activation, Dense, Rows};
use crate::model::{ApgCondition, ApgConfig};

/// The network.
#[derive(Debug, Clone)]
pub(super) struct Apg {
    layers: Vec<Layer>,
    output: Dense,
    condition: ApgCondition,
    /// Columns of h¹ that the generators see, but for the self-wise condition.
    columns: Vec<[usize; 2]>,
    folded: Option<Folded>,
}

#[derive(Debug, Clone)]
struct Layer {
    /// x ↦ x U, of k outputs.
    input: Dense,
    /// t ↦ t V + b, b zero where it is generated.
    output: Dense,
    /// z ↦ S and, where it is generated, b.
    generator: Dense,
    generated_bias: bool,
}

/// U, V, the generator and b as the file has them.
struct Plain {
    u: Vec<f32>,
    v: Vec<f32>,
    generator: Linear,
    bias: Option<Vec<f32>>,
    dn: usize,
    dm: usize,
    rank: usize,
}

impl Apg {
    pub(super) fn compile(config: &ApgConfig, from: &mut Compile<'_>) -> Result<Self> {
        let layout = from.layout;
        let mut dn = layout.width;
        let mut plain = Vec::new();
        for (l, &dm) in from.hidden.iter().enumerate() {
            let rank = config.shape(l, (dn, dm), layout).rank;
            let u = factor(&format!("layers.{l}.input"), (dn, rank), from.parameters)?;
            let v = factor(&format!("layers.{l}.output"), (rank, dm), from.parameters)?;
            let generator = from.parameters.linear(&format!("layers.{l}.generator"))?;
            let bias = if config.generated_bias {
                None
            } else {
                Some(from.parameters.take(&format!("layers.{l}.bias"))?.data)
            };
            plain.push(Plain {
                u,
                v,
                generator,
                bias,
                dn,
                dm,
                rank,
            });
            dn = dm;
        }
        let output = from.parameters.linear("output")?;
        let weights = plain.iter().map(|layer| layer.dn * layer.dm).sum();
        let folded = (config.condition == ApgCondition::Group)
            .then(|| from.scenario_table())
            .flatten()
            .filter(|scenarios| is_folded(*scenarios, weights))
            .map(|scenarios| fold(scenarios, &plain, &output));
        let mut columns = vec![[0, layout.aware]];
        if config.condition == ApgCondition::Mix {
            columns.extend(layout.priors.iter().map(|range| [range.start, range.end]));
        }
        Ok(Self {
            layers: plain.iter().map(Layer::new).collect(),
            output: output.pack(),
            condition: config.condition,
            columns,
            folded,
        })
    }

    /// Logits of the rows.
    pub(super) fn forward(&self, input: &Input<'_>, logits: &mut [f32], scratch: &mut Scratch) {
        if let Some(folded) = &self.folded {
            return folded.forward(input, logits, scratch);
        }
        let rows = logits.len();
        let mut condition = scratch.take(0);
        let mut seen = 0;
        if self.condition != ApgCondition::Own {
            seen = self.columns.iter().map(|[start, end]| end - start).sum();
            condition.clear();
            for row in input.values.chunks_exact(input.width) {
                for &[start, end] in &self.columns {
                    condition.extend_from_slice(&row[start..end]);
                }
            }
        }
        let mut hidden = scratch.take(input.values.len());
        hidden.copy_from_slice(input.values);
        for layer in &self.layers {
            let h = Rows::new(&hidden, layer.input.inputs());
            let z = if self.condition == ApgCondition::Own {
                h
            } else {
                Rows::new(&condition, seen)
            };
            let mut next = scratch.take(rows * layer.output.outputs());
            layer.forward(rows, h, z, &mut next, scratch);
            scratch.give(std::mem::replace(&mut hidden, next));
        }
        self.output.forward(
            Rows::new(&hidden, self.output.inputs()),
            Activation::Linear,
            logits,
        );
        scratch.give(hidden);
        scratch.give(condition);
    }
}

impl Layer {
    fn new(plain: &Plain) -> Self {
        let Plain {
            u,
            v,
            generator,
            bias,
            dn,
            dm,
            rank,
        } = plain;
        let zeros = vec![0.0; *dm];
        Self {
            input: Dense::new((*rank, *dn), &transposed(u, *dn, *rank), &vec![0.0; *rank]),
            output: Dense::new(
                (*dm, *rank),
                &transposed(v, *rank, *dm),
                bias.as_ref().unwrap_or(&zeros),
            ),
            generator: generator.pack(),
            generated_bias: bias.is_none(),
        }
    }

    fn forward(
        &self,
        rows: usize,
        x: Rows<'_>,
        z: Rows<'_>,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let k = self.input.outputs();
        let size = self.generator.outputs();
        let mut generated = scratch.take(rows * size);
        self.generator
            .forward(z, Activation::Linear, &mut generated);
        let mut t = scratch.take(rows * k);
        self.input.forward(x, Activation::Linear, &mut t);
        let mut turned = scratch.take(rows * k);
        turned.fill(0.0);
        kernels::row_product(&t, &generated, size, &mut turned);
        let turned_rows = Rows::new(&turned, k);
        if self.generated_bias {
            let dm = self.output.outputs();
            for (out, generated) in out.chunks_exact_mut(dm).zip(generated.chunks_exact(size)) {
                out.copy_from_slice(&generated[k * k..]);
            }
            self.output.forward_onto(turned_rows, Activation::Relu, out);
        } else {
            self.output.forward(turned_rows, Activation::Relu, out);
        }
        for buffer in [generated, t, turned] {
            scratch.give(buffer);
        }
    }
}

/// One plain network per row of the scenario's table: W = (U S V)ᵀ.
fn fold(scenarios: Rows<'_>, plain: &[Plain], output: &Linear) -> Folded {
    let stacks: Vec<Stack> = scenarios
        .values
        .chunks_exact(scenarios.stride.max(1))
        .map(|e| {
            let layers = plain.iter().map(|layer| layer.at(e));
            Stack::of_layers(layers.chain(std::iter::once(output.clone())).collect())
        })
        .collect();
    let of_id = (0..stacks.len()).collect();
    Folded::new(stacks, of_id)
}

impl Plain {
    /// The dense layer that this one is under the condition `z`.
    fn at(&self, z: &[f32]) -> Linear {
        let Self { dn, dm, rank, .. } = *self;
        let rows = self
            .generator
            .weight
            .chunks_exact(self.generator.inputs.max(1));
        let generated: Vec<f32> = rows
            .zip(&self.generator.bias)
            .map(|(row, bias)| bias + row.iter().zip(z).map(|(w, z)| w * z).sum::<f32>())
            .collect();
        let (s, own_bias) = generated.split_at(rank * rank);
        let weight = product(
            &product(&self.u, s, (dn, rank, rank)),
            &self.v,
            (dn, rank, dm),
        );
        Linear {
            outputs: dm,
            inputs: dn,
            weight: transposed(&weight, dn, dm),
            bias: self.bias.clone().unwrap_or_else(|| own_bias.to_vec()),
        }
    }
}

/// U or V, multiplied out where the file has it as a product.
pub(crate) fn factor(
    name: &str,
    (rows, columns): (usize, usize),
    parameters: &mut Parameters,
) -> Result<Vec<f32>> {
    let left = parameters.take(&format!("{name}.left"))?;
    match parameters.take(&format!("{name}.right")) {
        Ok(right) => {
            let inner = left.shape.get(1).copied().unwrap_or(0);
            Ok(product(&left.data, &right.data, (rows, inner, columns)))
        }
        Err(_) => Ok(left.data),
    }
}

/// A B, \[m, k\] by \[k, n\].
fn product(a: &[f32], b: &[f32], (m, k, n): (usize, usize, usize)) -> Vec<f32> {
    let mut out = vec![0.0; m * n];
    for (out, a) in out.chunks_exact_mut(n).zip(a.chunks_exact(k)) {
        for (a, b) in a.iter().zip(b.chunks_exact(n)) {
            for (out, b) in out.iter_mut().zip(b) {
                *out += a * b;
            }
        }
    }
    out
}

fn transposed(a: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(a.len());
    for c in 0..columns {
        out.extend((0..rows).map(|r| a[r * columns + c]));
    }
    out
}
