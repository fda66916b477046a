//! A layer under a weighting matrix, y = (S ⊙ W) h + b, without ever forming S.
//!
//! With s the compact matrix (see [`BlockShape`]):
//!
//! - *column form*: y_i = b_i + Σ_c s[r(i), c] P_ic, P_ic = Σ_{j: c(j)=c} W_ij h_j, holding d_m·d_c
//!   values a row;
//! - *row form*: y_i = b_i + Σ_j W_ij (s[r(i), c(j)] h_j), holding d_r·d_n values a row.
//!
//! The one that holds less is taken. Variant `non` has s = S, which both forms then hold.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData, activation::relu};

use super::weighting::Weighting;
use crate::model::block::BlockShape;
use crate::model::config::WeightingConfig;
use crate::model::linear::parameter;
use crate::ops;
use crate::random::Stream;

/// One hidden layer of DPG (no activation).
#[derive(Module, Debug)]
pub struct ModulatedLinear {
    /// W, \[d_m, d_n\].
    pub weight: Param<Tensor<2>>,
    /// b, \[d_m\], shared by all scenarios and not modulated.
    pub bias: Param<Tensor<1>>,
    /// Makes s.
    pub weighting: Weighting,
}

impl ModulatedLinear {
    /// A layer of `dn` inputs and `dm` outputs; W is Glorot-uniform, b zero.
    pub fn init(
        (dn, dm): (usize, usize),
        aware: usize,
        config: &WeightingConfig,
        random: &mut Stream,
        device: &Device,
    ) -> Self {
        Self {
            weight: parameter(random.glorot(dm, dn), [dm, dn], device),
            bias: parameter(vec![0.0; dm], [dm], device),
            weighting: Weighting::init(
                BlockShape::new(dm, dn, config),
                aware,
                config,
                random,
                device,
            ),
        }
    }

    /// s of every row: e \[batch, d_e\], h \[batch, d_n\] → \[batch, d_r, d_c\].
    pub fn weighting(&self, e: Tensor<2>, hidden: Tensor<2>) -> Tensor<3> {
        self.weighting.forward(e, hidden)
    }

    /// h \[batch, d_n\], s \[batch, d_r, d_c\] → ReLU((S ⊙ W) h + b), \[batch, d_m\]: by our own kernels where
    /// they run, elsewhere the same from Burn's operations.
    pub fn activate(&self, hidden: Tensor<2>, s: Tensor<3>) -> Tensor<2> {
        if ops::run_on(&hidden) {
            return ops::modulated(hidden, s, self.weight.val(), self.bias.val());
        }
        relu(self.forward(hidden, s))
    }

    /// h \[batch, d_n\], s \[batch, d_r, d_c\] → (S ⊙ W) h + b, \[batch, d_m\], from Burn's operations.
    pub fn forward(&self, hidden: Tensor<2>, s: Tensor<3>) -> Tensor<2> {
        let shape = self.weighting.shape();
        let weight = self.weight.val();
        let product = if shape.dr == 1 {
            // One row block: S only gates the input.
            (hidden * columns(s, shape).squeeze_dim::<2>(1)).matmul(weight.transpose())
        } else if shape.dc == 1 {
            // One column block: S only gates the output.
            hidden.matmul(weight.transpose()) * rows(s, shape).squeeze_dim::<2>(2)
        } else if shape.dm * shape.dc < shape.dr * shape.dn {
            column_form(hidden, s, weight, shape)
        } else {
            row_form(hidden, s, weight, shape)
        };
        product + self.bias.val().unsqueeze()
    }
}

/// Σ_c repeat_rows(s[:, :, c]) ⊙ (h[:, block c] W[:, block c]ᵀ), as one product batched over c.
fn column_form(hidden: Tensor<2>, s: Tensor<3>, weight: Tensor<2>, shape: BlockShape) -> Tensor<2> {
    let BlockShape { dm, dr, dc, dn } = shape;
    let batch = hidden.dims()[0];
    let (hidden, weight, width) = if shape.even_columns() {
        (hidden, weight, dn / dc)
    } else {
        let blocks = Blocks::new(dn, dc, |j| shape.column_of(j));
        (blocks.pad(hidden, 1), blocks.pad(weight, 1), blocks.size)
    };
    let hidden: Tensor<3> = hidden.reshape([batch, dc, width]).swap_dims(0, 1);
    let weight: Tensor<3> = weight.reshape([dm, dc, width]).permute([1, 2, 0]);
    let partial = hidden.matmul(weight); // [dc, batch, dm]
    let product: Tensor<3> = if shape.even_rows() {
        let s = s.permute([2, 0, 1]).unsqueeze_dim::<4>(3); // [dc, batch, dr, 1]
        (partial.reshape([dc, batch, dr, dm / dr]) * s)
            .sum_dim(0)
            .reshape([1, batch, dm])
    } else {
        (partial * rows(s, shape).permute([2, 0, 1])).sum_dim(0)
    };
    product.squeeze_dim(0)
}

/// For every row block r: (h ⊙ repeat_columns(s[:, r, :])) W[block r, :]ᵀ, batched over r.
fn row_form(hidden: Tensor<2>, s: Tensor<3>, weight: Tensor<2>, shape: BlockShape) -> Tensor<2> {
    let BlockShape { dm, dr, dc, dn } = shape;
    let batch = hidden.dims()[0];
    let s = s.swap_dims(0, 1); // [dr, batch, dc]
    let weighted: Tensor<3> = if shape.even_columns() {
        let hidden = hidden.reshape([1, batch, dc, dn / dc]);
        (hidden * s.unsqueeze_dim::<4>(3)).reshape([dr, batch, dn])
    } else {
        hidden.unsqueeze_dim::<3>(0) * columns(s, shape)
    };
    if shape.even_rows() {
        let weight = weight.reshape([dr, dm / dr, dn]).swap_dims(1, 2); // [dr, dn, dm/dr]
        weighted.matmul(weight).swap_dims(0, 1).reshape([batch, dm])
    } else {
        let blocks = Blocks::new(dm, dr, |i| shape.row_of(i));
        let weight = blocks
            .pad(weight, 0)
            .reshape([dr, blocks.size, dn])
            .swap_dims(1, 2);
        let product = weighted
            .matmul(weight)
            .swap_dims(0, 1)
            .reshape([batch, dr * blocks.size]);
        blocks.unpad(product)
    }
}

/// s with its last axis repeated over the column blocks: \[·, ·, d_c\] → \[·, ·, d_n\].
fn columns(s: Tensor<3>, shape: BlockShape) -> Tensor<3> {
    let index = (0..shape.dn).map(|j| shape.column_of(j)).collect();
    let device = s.device();
    s.select(2, indices(index, &device))
}

/// s with its middle axis repeated over the row blocks: \[·, d_r, ·\] → \[·, d_m, ·\].
fn rows(s: Tensor<3>, shape: BlockShape) -> Tensor<3> {
    let index = (0..shape.dm).map(|i| shape.row_of(i)).collect();
    let device = s.device();
    s.select(1, indices(index, &device))
}

fn indices(index: Vec<usize>, device: &Device) -> Tensor<1, Int> {
    let index: Vec<i32> = index.into_iter().map(|i| i as i32).collect();
    let count = index.len();
    Tensor::from_data(TensorData::new(index, [count]), device)
}

/// Ragged blocks brought to one size: where `n` is not a multiple of the number of blocks they
/// differ by one, and the short ones get a zero at their end.
struct Blocks {
    size: usize,
    /// For each padded place its source, or `n` for a zero.
    sources: Vec<usize>,
    /// For each source its padded place.
    places: Vec<usize>,
}

impl Blocks {
    fn new(n: usize, count: usize, block_of: impl Fn(usize) -> usize) -> Self {
        let size = n.div_ceil(count);
        let mut sources = vec![n; count * size];
        let mut filled = vec![0; count];
        let places = (0..n)
            .map(|i| {
                let block = block_of(i);
                let place = block * size + filled[block];
                filled[block] += 1;
                sources[place] = i;
                place
            })
            .collect();
        Self {
            size,
            sources,
            places,
        }
    }

    fn pad(&self, tensor: Tensor<2>, axis: usize) -> Tensor<2> {
        let mut dims = tensor.dims();
        dims[axis] = 1;
        let device = tensor.device();
        let zero = Tensor::zeros(dims, &device);
        Tensor::cat(vec![tensor, zero], axis).select(axis, indices(self.sources.clone(), &device))
    }

    fn unpad(&self, tensor: Tensor<2>) -> Tensor<2> {
        let device = tensor.device();
        tensor.select(1, indices(self.places.clone(), &device))
    }
}
