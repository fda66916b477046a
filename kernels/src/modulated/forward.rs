//! The forward pass.

use fearless_simd::{Simd, prelude::*};

use super::{CHUNK, ModulatedLayer};
use crate::expand::Runs;
use crate::pack::panels;
use crate::tile::{
    Tile, VECTORS, finish, product, product_of_one, vectors, with_panels, with_rows,
};

/// Weights and bias in panels, and how the row blocks fall onto them.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    weight: Vec<f32>,
    bias: Vec<f32>,
    runs: Runs,
    /// For every vector of outputs where the numbers of its row block start in s, if none has outputs of two blocks.
    whole: Option<Vec<usize>>,
}

impl Packed {
    #[inline(always)]
    pub(super) fn new<S: Simd>(_: S, layer: &ModulatedLayer, weight: &[f32], bias: &[f32]) -> Self {
        let tile = VECTORS * S::f32s::LEN;
        let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
        Self {
            weight: panels((dn, dm), tile, |j, i| weight[i * dn + j]),
            bias: panels((1, dm), tile, |_, i| bias[i]),
            runs: Runs::new(&layer.outputs, tile),
            whole: layer.outputs.of_vectors(S::f32s::LEN).map(|blocks| {
                let starts = blocks.iter().map(|r| r * layer.inputs.count());
                // What is past the last output is not used.
                let past = layer.padded(tile) / S::f32s::LEN - blocks.len();
                starts.chain(std::iter::repeat_n(0, past)).collect()
            }),
        }
    }
}

/// `output` is y.
#[inline(always)]
pub(super) fn forward<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    packed: &Packed,
    (hidden, s): (&[f32], &[f32]),
    output: &mut [f32],
    scratch: &mut Vec<f32>,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let tile = VECTORS * lanes;
            let (dm, dn) = (layer.outputs.places(), layer.inputs.places());
            let (size, dc) = (layer.size(), layer.inputs.count());
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks_mut(CHUNK * dm));
            for ((hidden, s), output) in chunks {
                let rows = hidden.len() / dn;
                if let (1, Some(starts)) = (rows, &packed.whole) {
                    single(simd, layer, packed, hidden, output, #[inline(always)] |vector, c| {
                        S::f32s::splat(simd, s[starts[vector] + c])
                    });
                    continue;
                }
                let needed = rows * dc * layer.padded(tile);
                if scratch.len() < needed {
                    scratch.resize(needed, 0.0);
                }
                packed.runs.expand(s, size, dc, tile, scratch);
                let expanded = &scratch[..needed];
                if rows == 1 {
                    single(simd, layer, packed, hidden, output, #[inline(always)] |vector, c| {
                        let line = (vector / VECTORS * dc + c) * tile;
                        let place = line + vector % VECTORS * lanes;
                        S::f32s::from_slice(simd, &expanded[place..][..lanes])
                    });
                    continue;
                }
                for (p, weight) in packed.weight.chunks_exact(dn * tile).enumerate() {
                    let bias = vectors::<S, VECTORS>(simd, &packed.bias[p * tile..]);
                    let used = tile.min(dm - p * tile);
                    let mut b = 0;
                    while b < rows {
                        with_rows!(rows - b, M => {
                            let hidden: [&[f32]; M] =
                                std::array::from_fn(|m| &hidden[(b + m) * dn..][..dn]);
                            let first = (p * rows + b) * dc * tile;
                            let s: [&[f32]; M] =
                                std::array::from_fn(|m| &expanded[first + m * dc * tile..][..dc * tile]);
                            let mut sums: Tile<S, M, VECTORS> = [bias; M];
                            for (c, block) in layer.inputs.iter().enumerate() {
                                let weight = &weight[block.start * tile..block.end * tile];
                                let zero = [[S::f32s::splat(simd, 0.0); VECTORS]; M];
                                let part = product(simd, zero, hidden.map(|h| &h[block.clone()]), weight);
                                for m in 0..M {
                                    let s = vectors::<S, VECTORS>(simd, &s[m][c * tile..]);
                                    for v in 0..VECTORS {
                                        sums[m][v] = s[v].mul_add(part[m][v], sums[m][v]);
                                    }
                                }
                            }
                            for m in 0..M {
                                finish::<S, false>(
                                    simd, sums[m], true, &mut output[(b + m) * dm + p * tile..][..used],
                                );
                            }
                            b += M;
                        });
                    }
                }
            }
        },
    )
}

/// One row. `gate` gives what the vector of outputs of some number is multiplied with in column block c.
#[inline(always)]
fn single<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    packed: &Packed,
    hidden: &[f32],
    out: &mut [f32],
    gate: impl Fn(usize, usize) -> S::f32s,
) {
    let tile = VECTORS * S::f32s::LEN;
    let (dm, size) = (layer.outputs.places(), layer.inputs.places() * tile);
    let panels = packed.bias.len() / tile;
    with_panels!(panels, first, P => {
        let weight: [&[f32]; P] = std::array::from_fn(|q| &packed.weight[(first + q) * size..][..size]);
        let mut sums: Tile<S, P, VECTORS> =
            std::array::from_fn(|q| vectors::<S, VECTORS>(simd, &packed.bias[(first + q) * tile..]));
        for (c, block) in layer.inputs.iter().enumerate() {
            let zero: Tile<S, P, VECTORS> = [[S::f32s::splat(simd, 0.0); VECTORS]; P];
            let weight = weight.map(|w| &w[block.start * tile..block.end * tile]);
            let part = product_of_one(simd, zero, &hidden[block], weight);
            for q in 0..P {
                for v in 0..VECTORS {
                    let s = gate((first + q) * VECTORS + v, c);
                    sums[q][v] = s.mul_add(part[q][v], sums[q][v]);
                }
            }
        }
        for (q, sums) in sums.iter().enumerate() {
            let start = (first + q) * tile;
            finish::<S, false>(simd, *sums, true, &mut out[start..][..tile.min(dm - start)]);
        }
    });
}
