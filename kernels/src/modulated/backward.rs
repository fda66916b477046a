//! The backward pass.

use std::ops::Range;

use fearless_simd::{Simd, prelude::*};

use super::{CHUNK, Gradients, ModulatedLayer};
use crate::expand::Runs;
use crate::pack::block_panels;
use crate::tile::{VECTORS, product_from, transposed_product, vectors, with_rows};

#[inline(always)]
pub(super) fn backward<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    (hidden, s): (&[f32], &[f32]),
    weight: &[f32],
    ((output, partial), gradient): ((&[f32], &[f32]), &[f32]),
    out: &mut Gradients,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let tile = VECTORS * lanes;
            let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
            let (size, dc) = (layer.size(), layer.inputs.count());
            let padded = layer.padded(tile);
            let runs = Runs::new(&layer.outputs, tile);
            let (packed, starts) = block_panels(padded, &layer.inputs, lanes, |i, j| {
                if i < dm { weight[i * dn + j] } else { 0.0 }
            });
            // dW, transposed: [d_n, padded].
            let mut transposed = vec![0.0; dn * padded];
            let mut expanded = vec![0.0; CHUNK * dc * padded];
            // g of a chunk, and the products of a tile.
            let mut line = vec![0.0; CHUNK * padded];
            let mut products = vec![0.0; tile];
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks(CHUNK * dm).zip(gradient.chunks(CHUNK * dm)))
                .zip(partial.chunks(CHUNK * dc * padded))
                .zip(out.hidden.chunks_mut(CHUNK * dn))
                .zip(out.s.chunks_mut(CHUNK * size));
            for (((((hidden, s), (output, gradient)), partial), dh), ds) in chunks {
                let rows = hidden.len() / dn;
                runs.expand(s, size, dc, tile, &mut expanded);
                for b in 0..rows {
                    let places = output[b * dm..][..dm].iter().zip(&gradient[b * dm..][..dm]);
                    let line = &mut line[b * padded..][..padded];
                    for ((g, db), (y, dy)) in line.iter_mut().zip(&mut out.bias).zip(places) {
                        *g = if *y > 0.0 { *dy } else { 0.0 };
                        *db += *g;
                    }
                }
                // ds; `expanded` becomes q.
                for p in 0..padded / tile {
                    for b in 0..rows {
                        let first = (p * rows + b) * dc * tile;
                        let g = vectors::<S, VECTORS>(simd, &line[b * padded + p * tile..]);
                        let q = expanded[first..][..dc * tile].chunks_exact_mut(tile);
                        let partial = partial[first..][..dc * tile].chunks_exact(tile);
                        for (c, (q, partial)) in q.zip(partial).enumerate() {
                            for (v, g) in g.into_iter().enumerate() {
                                let place = v * lanes..(v + 1) * lanes;
                                (S::f32s::from_slice(simd, &partial[place.clone()]) * g)
                                    .store_slice(&mut products[place.clone()]);
                                (S::f32s::from_slice(simd, &q[place.clone()]) * g)
                                    .store_slice(&mut q[place]);
                            }
                            runs.fold(p, &products, dc, &mut ds[b * size + c..]);
                        }
                    }
                }
                for (c, block) in layer.inputs.iter().enumerate() {
                    for p in 0..padded / tile {
                        let q = &expanded[p * rows * dc * tile + c * tile..];
                        weight_gradient(
                            simd,
                            (q, dc * tile),
                            (hidden, dn),
                            (&mut transposed[p * tile..], padded),
                            block.clone(),
                        );
                    }
                    let weight = &packed[starts[c]..];
                    input_gradient(
                        simd,
                        (&expanded[c * tile..], dc * tile),
                        (weight, padded),
                        (dh, dn),
                        block,
                    );
                }
            }
            for (i, line) in out.weight.chunks_exact_mut(dn).enumerate() {
                for (j, place) in line.iter_mut().enumerate() {
                    *place = transposed[j * padded + i];
                }
            }
        },
    )
}

/// dW of the inputs in `block` and the outputs of one panel, added to `out` \[d_n, padded\]: Σ_rows q h.
#[inline(always)]
fn weight_gradient<S: Simd>(
    simd: S,
    q: (&[f32], usize),
    (hidden, dn): (&[f32], usize),
    (out, padded): (&mut [f32], usize),
    block: Range<usize>,
) {
    let lanes = S::f32s::LEN;
    let mut j = block.start;
    while j < block.end {
        with_rows!(block.end - j, M => {
            let sums = transposed_product::<S, M, VECTORS>(simd, (&hidden[j..], dn), q, hidden.len() / dn);
            for m in 0..M {
                let place = &mut out[(j + m) * padded..][..VECTORS * lanes];
                for v in 0..VECTORS {
                    let place = &mut place[v * lanes..][..lanes];
                    (S::f32s::from_slice(simd, place) + sums[m][v]).store_slice(place);
                }
            }
            j += M;
        });
    }
}

/// dh of the inputs in `block`: q times their columns of W, packed vector by vector.
#[inline(always)]
fn input_gradient<S: Simd>(
    simd: S,
    (q, stride): (&[f32], usize),
    (weight, padded): (&[f32], usize),
    (dh, dn): (&mut [f32], usize),
    block: Range<usize>,
) {
    let lanes = S::f32s::LEN;
    let tile = VECTORS * lanes;
    let rows = dh.len() / dn;
    let panels = weight.chunks_exact(padded * lanes);
    for (first, weight) in block.clone().step_by(lanes).zip(panels) {
        let used = lanes.min(block.end - first);
        let mut b = 0;
        while b < rows {
            with_rows!(tall rows - b, M => {
                let mut sums = [[S::f32s::splat(simd, 0.0); 1]; M];
                for (p, weight) in weight.chunks_exact(tile * lanes).enumerate() {
                    let q: [&[f32]; M] = std::array::from_fn(|m| &q[(p * rows + b + m) * stride..][..tile]);
                    sums = product_from(simd, sums, q, weight);
                }
                for m in 0..M {
                    dh[(b + m) * dn + first..][..used].copy_from_slice(&sums[m][0].as_slice()[..used]);
                }
                b += M;
            });
        }
    }
}
