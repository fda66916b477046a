//! The forward pass.

use fearless_simd::{Simd, prelude::*};

use super::{CHUNK, ModulatedLayer};
use crate::dense::{ABREAST, product_abreast};
use crate::expand::Runs;
use crate::pack::panels;
use crate::tile::{Tile, VECTORS, product, vectors, with_rows};

/// Weights and bias in panels, and how the row blocks fall onto them.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    weight: Vec<f32>,
    bias: Vec<f32>,
    runs: Runs,
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
            let padded = layer.padded(tile);
            let most = CHUNK.min(hidden.len() / dn);
            if scratch.len() < most * (dc + 1) * padded {
                scratch.resize(most * (dc + 1) * padded, 0.0);
            }
            let (expanded, line) = scratch.split_at_mut(most * dc * padded);
            let chunks = hidden
                .chunks(CHUNK * dn)
                .zip(s.chunks(CHUNK * size))
                .zip(output.chunks_mut(CHUNK * dm));
            for ((hidden, s), output) in chunks {
                let rows = hidden.len() / dn;
                packed.runs.expand(s, size, dc, tile, expanded);
                if rows == 1 {
                    single(simd, layer, packed, (hidden, expanded), line);
                    output.copy_from_slice(&line[..dm]);
                    continue;
                }
                for (p, weight) in packed.weight.chunks_exact(dn * tile).enumerate() {
                    let bias = vectors::<S, VECTORS>(simd, &packed.bias[p * tile..]);
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
                                let product = product::<S, M, VECTORS>(
                                    simd, hidden.map(|h| &h[block.clone()]), weight,
                                );
                                for m in 0..M {
                                    let s = vectors::<S, VECTORS>(simd, &s[m][c * tile..]);
                                    for v in 0..VECTORS {
                                        sums[m][v] = s[v].mul_add(product[m][v], sums[m][v]);
                                    }
                                }
                            }
                            for m in 0..M {
                                let line = &mut line[(b + m) * padded + p * tile..][..tile];
                                for v in 0..VECTORS {
                                    sums[m][v].max(S::f32s::splat(simd, 0.0))
                                        .store_slice(&mut line[v * lanes..][..lanes]);
                                }
                            }
                            b += M;
                        });
                    }
                }
                for (output, line) in output.chunks_exact_mut(dm).zip(line.chunks_exact(padded)) {
                    output.copy_from_slice(&line[..dm]);
                }
            }
        },
    )
}

/// One row, several panels abreast so that their sums do not wait for each other; added in the order of the tiles.
#[inline(always)]
fn single<S: Simd>(
    simd: S,
    layer: &ModulatedLayer,
    packed: &Packed,
    (hidden, expanded): (&[f32], &[f32]),
    out: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let tile = VECTORS * lanes;
    let (dn, dc) = (layer.inputs.places(), layer.inputs.count());
    let panels = packed.bias.len() / tile;
    let zero = S::f32s::splat(simd, 0.0);
    let mut p = 0;
    while p < panels {
        let abreast = ABREAST.min(panels - p);
        // A panel past the last is the last again; its sums are not used.
        let panel: [usize; ABREAST] = std::array::from_fn(|q| p + q.min(abreast - 1));
        let weight = panel.map(|p| &packed.weight[p * dn * tile..][..dn * tile]);
        let s = panel.map(|p| &expanded[p * dc * tile..][..dc * tile]);
        let mut sums: Tile<S, ABREAST, VECTORS> =
            panel.map(|p| vectors::<S, VECTORS>(simd, &packed.bias[p * tile..]));
        for (c, block) in layer.inputs.iter().enumerate() {
            let weight = weight.map(|w| &w[block.start * tile..block.end * tile]);
            let parts = product_abreast(simd, [[zero; VECTORS]; ABREAST], &hidden[block], weight);
            for q in 0..ABREAST {
                let s = vectors::<S, VECTORS>(simd, &s[q][c * tile..]);
                for v in 0..VECTORS {
                    sums[q][v] = s[v].mul_add(parts[q][v], sums[q][v]);
                }
            }
        }
        for (sums, out) in sums
            .iter()
            .zip(out[p * tile..].chunks_exact_mut(tile))
            .take(abreast)
        {
            for (sum, out) in sums.iter().zip(out.chunks_exact_mut(lanes)) {
                sum.max(zero).store_slice(out);
            }
        }
        p += abreast;
    }
}
