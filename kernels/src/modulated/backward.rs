//! The backward pass.
//!
//! dh and ds come from one product, U_rj = Σ_{i ∈ r} g_i W_ij, in panels with a row in each lane. dW is a product over
//! the rows with h weighted by one row of s at a time, which stays in the first cache.

use fearless_simd::{Simd, prelude::*};

use super::{CHUNK, Gradients, ModulatedLayer};
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
            let padded = dn.next_multiple_of(tile);
            let mut panels = Panels::new(layer, tile);
            // g; h under a row of s; dW.
            let mut masked = vec![0.0; CHUNK * dm];
            let mut weighted = vec![0.0; CHUNK * padded];
            let mut sums = vec![0.0; dm * padded];
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
                for (r, block) in layer.outputs.iter().enumerate() {
                    weigh(simd, layer, (hidden, s), r, (&mut weighted, padded));
                    let rows = hidden.len() / dn;
                    let sums = &mut sums[block.start * padded..block.end * padded];
                    let g = (&masked[block.start..], dm);
                    weight_gradient(simd, g, (&weighted, padded), rows, sums);
                }
            }
            for (line, sums) in out
                .weight
                .chunks_exact_mut(dn)
                .zip(sums.chunks_exact(padded))
            {
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
                            simd, (&weight[j..], dn), (g, width), outputs.len(),
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

/// s\[r, c(j)\] h_j of some rows, each filled up to the stride of `out`.
#[inline(always)]
fn weigh<S: Simd>(
    _: S,
    layer: &ModulatedLayer,
    (hidden, s): (&[f32], &[f32]),
    r: usize,
    (out, padded): (&mut [f32], usize),
) {
    let (dn, dc) = (layer.inputs.places(), layer.inputs.count());
    let rows = hidden.chunks_exact(dn).zip(s.chunks_exact(layer.size()));
    for ((hidden, s), out) in rows.zip(out.chunks_exact_mut(padded)) {
        let s = &s[r * dc..(r + 1) * dc];
        match layer.inputs.even() {
            Some(1) => scale::<1>(hidden, s, out),
            Some(2) => scale::<2>(hidden, s, out),
            Some(4) => scale::<4>(hidden, s, out),
            Some(8) => scale::<8>(hidden, s, out),
            Some(16) => scale::<16>(hidden, s, out),
            _ => {
                for (block, s) in layer.inputs.iter().zip(s) {
                    for (out, h) in out[block.clone()].iter_mut().zip(&hidden[block]) {
                        *out = h * s;
                    }
                }
            }
        }
    }
}

/// Blocks of a size that the compiler knows.
#[inline(always)]
fn scale<const N: usize>(hidden: &[f32], s: &[f32], out: &mut [f32]) {
    let blocks = hidden.as_chunks::<N>().0.iter().zip(s);
    for (out, (hidden, s)) in out.as_chunks_mut::<N>().0.iter_mut().zip(blocks) {
        *out = hidden.map(|h| h * s);
    }
}

/// Σ_rows g_i x_j, added to `sums`, for as many outputs as it has lines; `x` and `sums` are `padded` wide.
#[inline(always)]
fn weight_gradient<S: Simd>(
    simd: S,
    (g, stride): (&[f32], usize),
    (x, padded): (&[f32], usize),
    rows: usize,
    sums: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let tile = VECTORS * lanes;
    let outputs = sums.len() / padded;
    let mut i = 0;
    while i < outputs {
        with_rows!(outputs - i, M => {
            for j in (0..padded).step_by(tile) {
                let product = transposed_product::<S, M, VECTORS>(
                    simd, (&g[i..], stride), (&x[j..], padded), rows,
                );
                for m in 0..M {
                    let sums = &mut sums[(i + m) * padded + j..][..tile];
                    for v in 0..VECTORS {
                        let place = &mut sums[v * lanes..][..lanes];
                        (S::f32s::from_slice(simd, place) + product[m][v]).store_slice(place);
                    }
                }
            }
            i += M;
        });
    }
}
