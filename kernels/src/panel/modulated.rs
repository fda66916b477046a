//! The modulated layer of a panel.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::{OUTPUTS, Packed, product, start, store, width_of};
use crate::blocks::Blocks;
use crate::instruction_set::level;
use crate::modulated::ModulatedLayer;
use crate::tile::{VECTORS, vectors};

/// A packed modulated layer.
#[derive(Debug, Clone)]
pub struct Modulated {
    level: Level,
    outputs: usize,
    /// The column blocks of s.
    inputs: Blocks,
    /// Where the row of s starts that each output takes, in s; filled up to whole tiles.
    row_of: Vec<usize>,
    packed: Packed,
}

impl Modulated {
    /// Packs W \[d_m, d_n\] and b \[d_m\] of a layer of (d_m, d_r) and (d_n, d_c).
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn new(
        outputs: (usize, usize),
        inputs: (usize, usize),
        weight: &[f32],
        bias: &[f32],
    ) -> Self {
        Self::of(&ModulatedLayer::new(outputs, inputs), weight, bias)
    }

    /// The same of `layer`.
    pub(crate) fn of(layer: &ModulatedLayer, weight: &[f32], bias: &[f32]) -> Self {
        let (outputs, inputs) = layer.blocks();
        let (dm, dn, dc) = (outputs.places(), inputs.places(), inputs.count());
        let blocks = outputs.iter().enumerate();
        let mut row_of: Vec<usize> = blocks
            .flat_map(|(r, block)| std::iter::repeat_n(r * dc, block.len()))
            .collect();
        row_of.resize(dm.next_multiple_of(OUTPUTS), 0);
        Self {
            level: level(),
            outputs: dm,
            inputs: inputs.clone(),
            row_of,
            packed: Packed::new((dm, dn), weight, bias),
        }
    }

    /// d_m.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// max(0, (S ⊙ W) h + b) of a panel's first d_n columns into the first d_m of `out`; `s` is a panel of d_r·d_c
    /// columns.
    ///
    /// # Panics
    /// When a panel is too small.
    pub fn forward(&self, h: &[f32], s: &[f32], out: &mut [f32]) {
        dispatch!(self.level, simd => forward::<_, false>(simd, self, h, s, out, &mut []));
    }

    /// The same, with the sums P_ci = Σ_{j ∈ c} W_ij h_j put into `partial`, \[d_c, d_m, width\].
    ///
    /// # Panics
    /// When a panel is too small.
    pub(crate) fn forward_keeping(
        &self,
        h: &[f32],
        s: &[f32],
        out: &mut [f32],
        partial: &mut [f32],
    ) {
        dispatch!(self.level, simd => forward::<_, true>(simd, self, h, s, out, partial));
    }
}

#[inline(always)]
fn forward<S: Simd, const KEEP: bool>(
    simd: S,
    layer: &Modulated,
    h: &[f32],
    s: &[f32],
    out: &mut [f32],
    partial: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let width = width_of(simd);
            let out = &mut out[..layer.outputs * width];
            let zero = S::f32s::splat(simd, 0.0);
            let rows = layer.row_of.as_chunks::<OUTPUTS>().0;
            let tiles = out.chunks_mut(OUTPUTS * width).zip(layer.packed.tiles());
            for (tile, ((out, (weight, bias)), row_of)) in tiles.zip(rows).enumerate() {
                let mut sums = start(simd, bias);
                for (c, block) in layer.inputs.iter().enumerate() {
                    let h = &h[block.start * width..block.end * width];
                    let weight = &weight[block.start * OUTPUTS..block.end * OUTPUTS];
                    let part = product(simd, [[zero; VECTORS]; OUTPUTS], h, weight);
                    if KEEP {
                        let first = (c * layer.outputs + tile * OUTPUTS) * width;
                        store(simd, part, &mut partial[first..][..out.len()]);
                    }
                    for m in 0..OUTPUTS {
                        let s = vectors::<S, VECTORS>(simd, &s[(row_of[m] + c) * width..]);
                        for v in 0..VECTORS {
                            sums[m][v] = s[v].mul_add(part[m][v], sums[m][v]);
                        }
                    }
                }
                for sum in sums.iter_mut().flatten() {
                    *sum = sum.max(zero);
                }
                store(simd, sums, out);
            }
        },
    )
}
