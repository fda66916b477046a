//! DPG and MI-DPG, in factored form: S is never made.

use super::graph::{Graph, Value};
use super::input::Input;
use super::network::linear;
use crate::error::Result;
use crate::model::{BlockShape, Condition, Variant, WeightingConfig};
use crate::scorer::{Linear, Parameters};

/// The logit, \[rows, 1\].
pub(super) fn build(
    graph: &mut Graph,
    config: &WeightingConfig,
    blocks: &[BlockShape],
    parameters: &mut Parameters,
    input: &Input,
) -> Result<Value> {
    let mut h = input.values.clone();
    for (l, shape) in blocks.iter().enumerate() {
        let name = format!("layers.{l}");
        let seen = match config.condition {
            Condition::Scenario => input.aware.clone(),
            Condition::Input => graph.concat(&[&input.aware, &h]),
        };
        let linear = parameters.linear(&name)?;
        let s = weighting(graph, &name, config, shape, parameters, &seen)?;
        let product = if config.variant == Variant::Non {
            full(graph, &name, &linear, shape, &s, &h)
        } else {
            factored(graph, &name, &linear, shape, &s, &h)
        };
        let bias = graph.floats(&format!("{name}.bias"), &[linear.outputs], &linear.bias);
        let z = graph.add(&product, &bias);
        h = graph.relu(&z);
    }
    linear(graph, "output", parameters, &h)
}

/// s, \[rows, d_r, d_c\].
fn weighting(
    graph: &mut Graph,
    name: &str,
    config: &WeightingConfig,
    shape: &BlockShape,
    parameters: &mut Parameters,
    seen: &Value,
) -> Result<Value> {
    let name = format!("{name}.weighting");
    let (dr, dc, dk) = (shape.dr as i64, shape.dc as i64, config.dk as i64);
    let mut made = |graph: &mut Graph, part: &str, dims: [i64; 2]| -> Result<Value> {
        let flat = linear(graph, &format!("{name}.{part}"), parameters, seen)?;
        Ok(graph.reshape(&flat, &[0, dims[0], dims[1]]))
    };
    let logits = match config.variant {
        Variant::Non => made(graph, "full", [dr, dc])?,
        Variant::Rc => {
            let r = made(graph, "row", [dr, dk])?;
            let c = made(graph, "column", [dk, dc])?;
            outer(graph, &r, &c, config.dk)
        }
        Variant::R => {
            let r = made(graph, "row", [dr, dk])?;
            let shared = format!("{name}.column_shared");
            let c = parameters.take(&shared)?;
            let c = graph.floats(&shared, &[config.dk, shape.dc], &c.data);
            outer(graph, &r, &c, config.dk)
        }
        Variant::C => {
            let c = made(graph, "column", [dk, dc])?;
            let shared = format!("{name}.row_shared");
            let r = parameters.take(&shared)?;
            let r = graph.floats(&shared, &[shape.dr, config.dk], &r.data);
            outer(graph, &r, &c, config.dk)
        }
    };
    Ok(graph.sigmoid(&logits, config.gate_scale))
}

/// R C; with d_k = 1 an ordinary multiplication, which is the faster operator.
fn outer(graph: &mut Graph, r: &Value, c: &Value, dk: usize) -> Value {
    if dk == 1 {
        graph.multiply(r, c)
    } else {
        graph.product(r, c)
    }
}

/// (S ⊙ W) h where s is as large as W, \[rows, d_m\].
fn full(
    graph: &mut Graph,
    name: &str,
    linear: &Linear,
    shape: &BlockShape,
    s: &Value,
    h: &Value,
) -> Value {
    let weight = graph.floats(
        &format!("{name}.weight"),
        &[shape.dm, shape.dn],
        &linear.weight,
    );
    let weighted = graph.multiply(s, &weight);
    let column = graph.unsqueeze(h, &[2]);
    let product = graph.product(&weighted, &column);
    graph.reshape(&product, &[0, shape.dm as i64])
}

/// (S ⊙ W) h, \[rows, d_m\]: either s scales what each column block of h gives, or it scales h for each row block,
/// whichever needs less memory. Blocks of unequal size are filled up with zero weights.
fn factored(
    graph: &mut Graph,
    name: &str,
    linear: &Linear,
    shape: &BlockShape,
    s: &Value,
    h: &Value,
) -> Value {
    let blocks = Blocks::new(shape);
    let weight = blocks.weight(&linear.weight);
    let name = format!("{name}.weight");
    let (dr, dc) = (shape.dr as i64, shape.dc as i64);
    let (bm, bn) = (blocks.height as i64, blocks.width as i64);
    let h = blocks.columns(graph, h);
    let blocked = if shape.dc * blocks.height * shape.dr <= shape.dr * blocks.width * shape.dc {
        // u_c = W[·, c] h_c, then Σ_c s_rc u_c.
        let weight = graph.floats(
            &name,
            &[shape.dc, blocks.width, shape.dr * blocks.height],
            &weight.by_column,
        );
        let parts = graph.reshape(&h, &[0, dc, bn]);
        let parts = graph.transpose(&parts, &[1, 0, 2]);
        let products = graph.product(&parts, &weight);
        let products = graph.reshape(&products, &[dc, -1, dr, bm]);
        let scale = graph.transpose(s, &[2, 0, 1]);
        let scale = graph.unsqueeze(&scale, &[3]);
        let scaled = graph.multiply(&products, &scale);
        let sum = graph.sum(&scaled, &[0]);
        graph.reshape(&sum, &[-1, dr * bm])
    } else {
        // W[r, ·] (s_r ⊙ h) for each row block.
        let weight = graph.floats(
            &name,
            &[shape.dr, shape.dc * blocks.width, blocks.height],
            &weight.by_row,
        );
        let parts = graph.reshape(&h, &[0, 1, dc, bn]);
        let scale = graph.unsqueeze(s, &[3]);
        let scaled = graph.multiply(&parts, &scale);
        let scaled = graph.reshape(&scaled, &[0, dr, dc * bn]);
        let scaled = graph.transpose(&scaled, &[1, 0, 2]);
        let products = graph.product(&scaled, &weight);
        let products = graph.transpose(&products, &[1, 0, 2]);
        graph.reshape(&products, &[0, dr * bm])
    };
    blocks.rows(graph, &blocked)
}

/// The blocks of S, filled up to one size.
struct Blocks<'a> {
    shape: &'a BlockShape,
    height: usize,
    width: usize,
    /// For each row of the filled-up S the row of W.
    row: Vec<Option<usize>>,
    /// The same for columns.
    column: Vec<Option<usize>>,
}

/// W with filled-up blocks.
struct Weight {
    /// \[d_c, width, d_r · height\].
    by_column: Vec<f32>,
    /// \[d_r, d_c · width, height\].
    by_row: Vec<f32>,
}

impl<'a> Blocks<'a> {
    fn new(shape: &'a BlockShape) -> Self {
        let (row, height) = filled(shape.dm, shape.dr, |i| shape.row_of(i));
        let (column, width) = filled(shape.dn, shape.dc, |j| shape.column_of(j));
        Self {
            shape,
            height,
            width,
            row,
            column,
        }
    }

    fn weight(&self, weight: &[f32]) -> Weight {
        let at = |i: Option<usize>, j: Option<usize>| match (i, j) {
            (Some(i), Some(j)) => weight[i * self.shape.dn + j],
            _ => 0.0,
        };
        let mut by_column = Vec::new();
        for j in &self.column {
            by_column.extend(self.row.iter().map(|i| at(*i, *j)));
        }
        let mut by_row = Vec::new();
        for rows in self.row.chunks(self.height) {
            for j in &self.column {
                by_row.extend(rows.iter().map(|i| at(*i, *j)));
            }
        }
        Weight { by_column, by_row }
    }

    /// h with columns for the filled-up blocks; what stands there meets zero weights.
    fn columns(&self, graph: &mut Graph, h: &Value) -> Value {
        if self.column.len() == self.shape.dn {
            return h.clone();
        }
        let places: Vec<i64> = self.column.iter().map(|j| j.unwrap_or(0) as i64).collect();
        let places = graph.ints("columns", &places);
        graph.gather(h, &places, 1)
    }

    /// The outputs without those of the filled-up rows.
    fn rows(&self, graph: &mut Graph, y: &Value) -> Value {
        if self.row.len() == self.shape.dm {
            return y.clone();
        }
        let real = self.row.iter().enumerate().filter(|(_, i)| i.is_some());
        let places: Vec<i64> = real.map(|(place, _)| place as i64).collect();
        let places = graph.ints("rows", &places);
        graph.gather(y, &places, 1)
    }
}

/// For blocks filled up to the largest: which of `count` each place holds, and that size.
fn filled(
    count: usize,
    blocks: usize,
    block_of: impl Fn(usize) -> usize,
) -> (Vec<Option<usize>>, usize) {
    let size = count.div_ceil(blocks.max(1));
    let mut places = vec![None; blocks * size];
    let mut used = vec![0; blocks];
    for i in 0..count {
        let block = block_of(i);
        places[block * size + used[block]] = Some(i);
        used[block] += 1;
    }
    (places, size)
}
