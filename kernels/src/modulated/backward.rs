//! The backward pass.
//!
//! dh and ds come from one product, U_rj = Σ_{i ∈ r} g_i W_ij, in panels with a row in each lane. dW is a product over
//! the rows, of h under one row of s at a time or of g under one column, whichever is less; it stays in the first cache.

use fearless_simd::{Simd, prelude::*};

use super::{CHUNK, Gradients, ModulatedLayer};
use crate::blocks::Blocks;
use crate::dense_gradients::add_outer_products;
use crate::panel::turn;
use crate::tile::{VECTORS, transposed_product, vectors, with_rows};

#[inline(always)]
pub(super) fn backward<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    (hidden, s): (&[f32], &[f32]),
    weight: &[f32],
    (output, gradient): (&[f32], &[f32]),
    out: &mut Gradients,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let tile = VECTORS * S::f32s::LEN;
            let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
            let size = layer.size();
            let mut panels = Panels::new(layer, tile);
            let mut products = Products::new(layer, tile);
            let mut masked = vec![0.0; CHUNK * dm];
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks(CHUNK * dm).zip(gradient.chunks(CHUNK * dm)))
                .zip(out.hidden.chunks_mut(CHUNK * dn))
                .zip(out.s.chunks_mut(CHUNK * size));
            for ((((hidden, s), (output, gradient)), dh), ds) in chunks {
                let masked = &mut masked[..output.len()];
                let lines = masked.chunks_exact_mut(dm);
                let given = output.chunks_exact(dm).zip(gradient.chunks_exact(dm));
                for (line, (output, gradient)) in lines.zip(given) {
                    let places = line.iter_mut().zip(&mut out.bias);
                    for ((g, db), (y, dy)) in places.zip(output.iter().zip(gradient)) {
                        *g = if *y > 0.0 { *dy } else { 0.0 };
                        *db += *g;
                    }
                }
                let rows = hidden
                    .chunks(tile * dn)
                    .zip(s.chunks(tile * size))
                    .zip(masked.chunks(tile * dm))
                    .zip(dh.chunks_mut(tile * dn))
                    .zip(ds.chunks_mut(tile * size));
                for ((((hidden, s), g), dh), ds) in rows {
                    let rows = hidden.len() / dn;
                    turn(simd, (hidden, dn), (&mut panels.hidden, tile), rows, dn);
                    turn(simd, (s, size), (&mut panels.s, tile), rows, size);
                    turn(simd, (g, dm), (&mut panels.g, tile), rows, dm);
                    panels.differentiate(simd, layer, weight);
                    turn(simd, (&panels.d_hidden, tile), (dh, dn), dn, rows);
                    turn(simd, (&panels.d_s, tile), (ds, size), size, rows);
                }
                products.add(simd, layer, (hidden, s), masked);
            }
            let sums = products.sums.chunks_exact(products.line);
            for (line, sums) in out.weight.chunks_exact_mut(dn).zip(sums) {
                line.copy_from_slice(&sums[..dn]);
            }
        },
    )
}

/// What a panel of rows has and gets.
struct Panels {
    hidden: Vec<f32>,
    s: Vec<f32>,
    g: Vec<f32>,
    d_hidden: Vec<f32>,
    d_s: Vec<f32>,
}

impl Panels {
    fn new(layer: &ModulatedLayer, width: usize) -> Self {
        let panel = |columns: usize| vec![0.0; columns * width];
        Self {
            hidden: panel(layer.inputs.places()),
            s: panel(layer.size()),
            g: panel(layer.outputs.places()),
            d_hidden: panel(layer.inputs.places()),
            d_s: panel(layer.size()),
        }
    }

    /// dh_j = Σ_r s\[r, c(j)\] U_rj and ds\[r, c\] = Σ_{j ∈ c} U_rj h_j.
    #[inline(always)]
    fn differentiate<S: Simd>(&mut self, simd: S, layer: &ModulatedLayer, weight: &[f32]) {
        let lanes = S::f32s::LEN;
        let width = VECTORS * lanes;
        let (dn, dc) = (layer.inputs.places(), layer.inputs.count());
        self.d_hidden.fill(0.0);
        for (r, outputs) in layer.outputs.iter().enumerate() {
            let g = &self.g[outputs.start * width..outputs.end * width];
            let weight = &weight[outputs.start * dn..outputs.end * dn];
            for (c, block) in layer.inputs.iter().enumerate() {
                let place = (r * dc + c) * width;
                let s = vectors::<S, VECTORS>(simd, &self.s[place..]);
                let mut ds = [S::f32s::splat(simd, 0.0); VECTORS];
                let mut j = block.start;
                while j < block.end {
                    with_rows!(block.end - j, M => {
                        let u = transposed_product::<S, M, VECTORS>(
                            simd, (weight, dn, j), (g, width, 0),
                        );
                        let h = &self.hidden[j * width..(j + M) * width];
                        let dh = &mut self.d_hidden[j * width..(j + M) * width];
                        for (m, u) in u.iter().enumerate() {
                            for v in 0..VECTORS {
                                let place = m * width + v * lanes..m * width + (v + 1) * lanes;
                                let h = S::f32s::from_slice(simd, &h[place.clone()]);
                                let dh = &mut dh[place];
                                ds[v] = u[v].mul_add(h, ds[v]);
                                s[v].mul_add(u[v], S::f32s::from_slice(simd, dh)).store_slice(dh);
                            }
                        }
                        j += M;
                    });
                }
                for (ds, out) in ds.iter().zip(self.d_s[place..].chunks_exact_mut(lanes)) {
                    ds.store_slice(out);
                }
            }
        }
    }
}

/// dW, added up over chunks of rows.
struct Products {
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
    fn new(layer: &ModulatedLayer, tile: usize) -> Self {
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
    fn add<S: Simd>(
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
