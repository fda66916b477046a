//! The gradients of a dense layer: dx = Wᵀ g of every row, dW = Σ_rows g xᵀ.
//!
//! Both go by blocks of outputs, so that a layer of many, such as the generator of a whole S, keeps what it adds up in
//! the first caches.

use std::ops::Range;

use fearless_simd::{Simd, dispatch, prelude::*};

use super::dense::{Activation, Dense, Rows};
use super::tile::{VECTORS, transposed_product, with_rows};
use crate::instruction_set::level;

/// Outputs of a block of dx: with 16 inputs, 32 KiB of weights.
const DEPTH: usize = 512;
/// Outputs of a block of dW.
const OUTPUTS: usize = 64;
/// Rows of a chunk.
const CHUNK: usize = 32;

/// dx \[rows, d_n\] into `out`, from the gradient g of W x + b \[rows, d_m\] and from W \[d_m, d_n\].
///
/// # Panics
/// When a slice is not of its size.
pub fn input_gradient((dm, dn): (usize, usize), gradient: &[f32], weight: &[f32], out: &mut [f32]) {
    assert!(weight.len() == dm * dn && gradient.len() * dn == out.len() * dm);
    if dm == 0 {
        out.fill(0.0);
    }
    for (block, weight) in weight.chunks((DEPTH * dn).max(1)).enumerate() {
        let layer = Dense::transposed((weight.len() / dn, dn), weight);
        let gradient = Rows::new(gradient, dm).from_column(block * DEPTH);
        match block {
            0 => layer.forward(gradient, Activation::Linear, out),
            _ => layer.forward_onto(gradient, Activation::Linear, out),
        }
    }
}

/// dW \[d_m, d_n\] into `out`, from g \[rows, d_m\] and from x \[rows, d_n\].
///
/// # Panics
/// When a slice is not of its size.
pub fn weight_gradient((dm, dn): (usize, usize), gradient: &[f32], input: &[f32], out: &mut [f32]) {
    assert!(out.len() == dm * dn && gradient.len() * dn == input.len() * dm);
    if dm > 0 && dn > 0 {
        dispatch!(level(), simd => outer_products(simd, (dm, dn), gradient, input, out));
    }
}

#[inline(always)]
fn outer_products<S: Simd>(
    simd: S,
    (dm, dn): (usize, usize),
    gradient: &[f32],
    input: &[f32],
    out: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let line = dn.next_multiple_of(VECTORS * S::f32s::LEN);
            // Lines that are no whole tiles are copied, once for all outputs.
            let mut filled = Vec::new();
            if line != dn {
                filled.resize(input.len() / dn * line, 0.0);
                for (x, filled) in input.chunks_exact(dn).zip(filled.chunks_exact_mut(line)) {
                    filled[..dn].copy_from_slice(x);
                }
            }
            let input = if line == dn { input } else { &filled };
            let mut sums = vec![0.0; OUTPUTS * line];
            let mut own = vec![0.0; CHUNK * OUTPUTS];
            for (block, out) in out.chunks_mut(OUTPUTS * dn).enumerate() {
                let count = out.len() / dn;
                let sums = &mut sums[..count * line];
                sums.fill(0.0);
                let chunks = gradient.chunks(CHUNK * dm).zip(input.chunks(CHUNK * line));
                for (g, x) in chunks {
                    // The block's g in one piece: as they lie, their distance may be such that all fall on one another in
                    // the cache.
                    let own = &mut own[..g.len() / dm * count];
                    for (own, g) in own.chunks_exact_mut(count).zip(g.chunks_exact(dm)) {
                        own.copy_from_slice(&g[block * OUTPUTS..][..count]);
                    }
                    add_outer_products(simd, (own, 0..count, count), (x, 0..line, line), sums);
                }
                for (out, sums) in out.chunks_exact_mut(dn).zip(sums.chunks_exact(line)) {
                    out.copy_from_slice(&sums[..dn]);
                }
            }
        },
    );
}

/// Σ_rows g_i x_j, added to `sums` \[·, line of x\], for some outputs and inputs of lines of the lengths given; the inputs
/// are whole tiles.
#[inline(always)]
pub(super) fn add_outer_products<S: Simd>(
    simd: S,
    (g, outputs, g_line): (&[f32], Range<usize>, usize),
    (x, inputs, x_line): (&[f32], Range<usize>, usize),
    sums: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let mut i = outputs.start;
    while i < outputs.end {
        with_rows!(outputs.end - i, M => {
            for j in inputs.clone().step_by(VECTORS * lanes) {
                let product =
                    transposed_product::<S, M, VECTORS>(simd, (g, g_line, i), (x, x_line, j));
                for (m, product) in product.iter().enumerate() {
                    let sums = &mut sums[(i + m) * x_line + j..];
                    for (product, sum) in product.iter().zip(sums.chunks_exact_mut(lanes)) {
                        (S::f32s::from_slice(simd, sum) + *product).store_slice(sum);
                    }
                }
            }
            i += M;
        });
    }
}
