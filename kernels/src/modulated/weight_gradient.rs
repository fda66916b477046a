//! dW: a product over the rows, of h under one row of s at a time or of g under one column, whichever is less; it stays
//! in the first cache.

use fearless_simd::Simd;

use super::{CHUNK, ModulatedLayer};
use crate::blocks::Blocks;
use crate::dense_gradients::add_outer_products;

/// dW, added up over chunks of rows.
pub(super) struct Products {
    /// Whether g is put under the columns of s, and not h under its rows.
    by_column: bool,
    /// Numbers from one output to the next: the inputs, filled up to whole tiles.
    line: usize,
    /// \[d_m, line\].
    sums: Vec<f32>,
    /// What is under s, of a chunk.
    scaled: Vec<f32>,
}

impl Products {
    pub(super) fn new(layer: &ModulatedLayer, tile: usize) -> Self {
        let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
        let line = dn.next_multiple_of(tile);
        // The blocks of inputs must be whole tiles for it.
        let whole = layer.inputs.even().filter(|n| n.is_multiple_of(tile));
        let by_column = whole.is_some() && layer.inputs.count() * dm < layer.outputs.count() * dn;
        Self {
            by_column,
            line,
            sums: vec![0.0; dm * line],
            scaled: vec![0.0; CHUNK * if by_column { dm } else { line }],
        }
    }

    #[inline(always)]
    pub(super) fn add<S: Simd>(
        &mut self,
        simd: S,
        layer: &ModulatedLayer,
        (hidden, s): (&[f32], &[f32]),
        g: &[f32],
    ) {
        let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
        let (size, dc) = (layer.size(), layer.inputs.count());
        let rows = hidden.len() / dn;
        if self.by_column {
            let scaled = &mut self.scaled[..rows * dm];
            for (c, inputs) in layer.inputs.iter().enumerate() {
                for (b, out) in scaled.chunks_exact_mut(dm).enumerate() {
                    let s = s[b * size + c..(b + 1) * size].iter().step_by(dc);
                    weigh(&layer.outputs, &g[b * dm..], s, out);
                }
                let (g, x) = ((&*scaled, 0..dm, dm), (hidden, inputs, dn));
                add_outer_products(simd, g, x, &mut self.sums);
            }
            return;
        }
        let scaled = &mut self.scaled[..rows * self.line];
        for (r, outputs) in layer.outputs.iter().enumerate() {
            for (b, out) in scaled.chunks_exact_mut(self.line).enumerate() {
                let s = s[b * size + r * dc..][..dc].iter();
                weigh(&layer.inputs, &hidden[b * dn..], s, &mut out[..dn]);
            }
            let x = (&*scaled, 0..self.line, self.line);
            add_outer_products(simd, (g, outputs, dm), x, &mut self.sums);
        }
    }

    /// dW of lines of `dn` inputs.
    pub(super) fn write(&self, out: &mut [f32], dn: usize) {
        let sums = self.sums.chunks_exact(self.line);
        for (line, sums) in out.chunks_exact_mut(dn).zip(sums) {
            line.copy_from_slice(&sums[..dn]);
        }
    }
}

/// Each block of `values` times a number of its own.
#[inline(always)]
fn weigh<'a>(
    blocks: &Blocks,
    values: &[f32],
    numbers: impl Iterator<Item = &'a f32>,
    out: &mut [f32],
) {
    match blocks.even() {
        Some(1) => scale::<1>(values, numbers, out),
        Some(2) => scale::<2>(values, numbers, out),
        Some(4) => scale::<4>(values, numbers, out),
        Some(8) => scale::<8>(values, numbers, out),
        Some(16) => scale::<16>(values, numbers, out),
        _ => {
            for (block, number) in blocks.iter().zip(numbers) {
                for (out, value) in out[block.clone()].iter_mut().zip(&values[block]) {
                    *out = value * number;
                }
            }
        }
    }
}

/// Blocks of a size that the compiler knows.
#[inline(always)]
fn scale<'a, const N: usize>(
    values: &[f32],
    numbers: impl Iterator<Item = &'a f32>,
    out: &mut [f32],
) {
    let blocks = values.as_chunks::<N>().0.iter().zip(numbers);
    for (out, (values, number)) in out.as_chunks_mut::<N>().0.iter_mut().zip(blocks) {
        *out = values.map(|value| value * number);
    }
}
