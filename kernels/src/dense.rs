//! The dense layer y = φ(W x + b) with packed weights.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::panel::turn;
use super::sigmoid;
use super::tile::{
    Tile, VECTORS, finish, product, product_of_one, vectors, with_panels, with_rows,
};
use crate::instruction_set::level;

/// What a layer does to its sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// max(0, y).
    Relu,
    /// scale·σ(y).
    Sigmoid(f32),
}

/// Rows of numbers, possibly the columns of wider rows.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// From the first number of the first row on.
    pub values: &'a [f32],
    /// From a row to the next.
    pub stride: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `width` numbers, one after another.
    pub fn new(values: &'a [f32], width: usize) -> Self {
        Self {
            values,
            stride: width,
        }
    }

    /// The same rows from column `start` on.
    #[must_use]
    pub fn from_column(self, start: usize) -> Self {
        Self {
            values: self.values.get(start..).unwrap_or_default(),
            stride: self.stride,
        }
    }

    #[inline(always)]
    pub(super) fn row(self, row: usize, width: usize) -> &'a [f32] {
        &self.values[row * self.stride..][..width]
    }
}

/// A packed dense layer.
#[derive(Debug, Clone)]
pub struct Dense {
    level: Level,
    dm: usize,
    dn: usize,
    /// \[panels, d_n, tile\].
    weight: Vec<f32>,
    /// b, filled up to whole tiles.
    bias: Vec<f32>,
}

impl Dense {
    /// Packs W \[d_m, d_n\], row-major, and b \[d_m\] for this machine.
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn new((dm, dn): (usize, usize), weight: &[f32], bias: &[f32]) -> Self {
        assert!(weight.len() == dm * dn && bias.len() == dm);
        let mut layer = Self::empty((dm, dn));
        layer.bias[..dm].copy_from_slice(bias);
        dispatch!(layer.level, simd => pack(simd, &mut layer, weight));
        layer
    }

    /// Packs Wᵀ, without a bias; W \[d_m, d_n\] as in [`new`](Self::new).
    pub(super) fn transposed((dm, dn): (usize, usize), weight: &[f32]) -> Self {
        assert!(weight.len() == dm * dn);
        let mut layer = Self::empty((dn, dm));
        let tile = layer.tile();
        for (p, panel) in layer
            .weight
            .chunks_exact_mut((dm * tile).max(1))
            .enumerate()
        {
            let inputs = p * tile..dn.min((p + 1) * tile);
            let lines = panel
                .chunks_exact_mut(tile)
                .zip(weight.chunks_exact(dn.max(1)));
            for (to, from) in lines {
                to[..inputs.len()].copy_from_slice(&from[inputs.clone()]);
            }
        }
        layer
    }

    /// Zeros.
    fn empty((dm, dn): (usize, usize)) -> Self {
        let mut layer = Self {
            level: level(),
            dm,
            dn,
            weight: Vec::new(),
            bias: Vec::new(),
        };
        let outputs = dm.next_multiple_of(layer.tile());
        layer.weight = vec![0.0; dn * outputs];
        layer.bias = vec![0.0; outputs];
        layer
    }

    /// Outputs of a panel.
    fn tile(&self) -> usize {
        dispatch!(self.level, simd => tile_of(simd))
    }

    /// Outputs.
    pub fn outputs(&self) -> usize {
        self.dm
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        self.dn
    }

    /// φ(W x + b) of every row of `input`, as many as `out` \[rows, d_m\] has.
    ///
    /// # Panics
    /// When the input has fewer rows.
    pub fn forward(&self, input: Rows<'_>, activation: Activation, out: &mut [f32]) {
        dispatch!(self.level, simd => forward::<_, false>(simd, self, input, activation, out));
    }

    /// φ(W x + b + y) with y what `out` holds.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_onto(&self, input: Rows<'_>, activation: Activation, out: &mut [f32]) {
        dispatch!(self.level, simd => forward::<_, true>(simd, self, input, activation, out));
    }
}

#[inline(always)]
fn tile_of<S: Simd>(_: S) -> usize {
    VECTORS * S::f32s::LEN
}

/// W \[d_m, d_n\] into panels.
#[inline(always)]
fn pack<S: Simd>(simd: S, layer: &mut Dense, weight: &[f32]) {
    let tile = tile_of(simd);
    let dn = layer.dn.max(1);
    let lines = weight.chunks(dn * tile);
    for (from, to) in lines.zip(layer.weight.chunks_exact_mut(dn * tile)) {
        turn(simd, (from, dn), (to, tile), from.len() / dn, dn);
    }
}

#[inline(always)]
fn forward<S: Simd, const ONTO: bool>(
    simd: S,
    layer: &Dense,
    input: Rows<'_>,
    activation: Activation,
    out: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let (dm, dn) = (layer.dm, layer.dn);
            let tile = tile_of(simd);
            let rows = out.len() / dm.max(1);
            let relu = activation == Activation::Relu;
            let mut b = 0;
            while b < rows {
                if rows - b == 1 {
                    single::<S, ONTO>(simd, layer, input.row(b, dn), relu, &mut out[b * dm..]);
                    break;
                }
                // All panels for a few rows: those stay in the first cache, the panels in the second.
                with_rows!(rows - b, M => {
                    let input: [&[f32]; M] = std::array::from_fn(|m| input.row(b + m, dn));
                    let panels = layer.weight.chunks_exact(dn * tile);
                    for (p, (weight, bias)) in panels.zip(layer.bias.chunks_exact(tile)).enumerate() {
                        let used = tile.min(dm - p * tile);
                        let sums: Tile<S, M, VECTORS> = [vectors::<S, VECTORS>(simd, bias); M];
                        let sums = product(simd, sums, input, weight);
                        for m in 0..M {
                            finish::<S, ONTO>(simd, sums[m], relu, &mut out[(b + m) * dm + p * tile..][..used]);
                        }
                    }
                    b += M;
                });
            }
        },
    );
    if let Activation::Sigmoid(scale) = activation {
        sigmoid::all(simd, out, scale);
    }
}

/// One row.
#[inline(always)]
fn single<S: Simd, const ONTO: bool>(
    simd: S,
    layer: &Dense,
    input: &[f32],
    relu: bool,
    out: &mut [f32],
) {
    let tile = tile_of(simd);
    let size = layer.dn * tile;
    let panels = layer.bias.len() / tile;
    with_panels!(panels, first, P => {
        let weight: [&[f32]; P] = std::array::from_fn(|q| &layer.weight[(first + q) * size..][..size]);
        // From the bias, as in the tiles: a row's result must not depend on how many rows come with it.
        let sums: Tile<S, P, VECTORS> =
            std::array::from_fn(|q| vectors::<S, VECTORS>(simd, &layer.bias[(first + q) * tile..]));
        let sums = product_of_one(simd, sums, input, weight);
        for (q, sums) in sums.iter().enumerate() {
            let start = (first + q) * tile;
            let used = tile.min(layer.dm - start);
            finish::<S, ONTO>(simd, *sums, relu, &mut out[start..][..used]);
        }
    });
}
