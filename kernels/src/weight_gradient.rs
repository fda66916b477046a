//! The gradient of a dense layer's weights, dW = Σ_rows g xᵀ.

use std::ops::Range;

use fearless_simd::{Simd, dispatch, prelude::*};

use super::tile::{VECTORS, transposed_product, with_rows};
use crate::instruction_set::level;

/// Rows that stay in the first cache beside each other.
const CHUNK: usize = 32;

/// dW \[d_m, d_n\] into `out`, from the gradient g of W x + b \[rows, d_m\] and from x \[rows, d_n\].
///
/// # Panics
/// When a slice is not of its size.
pub fn weight_gradient((dm, dn): (usize, usize), gradient: &[f32], input: &[f32], out: &mut [f32]) {
    assert!(out.len() == dm * dn && gradient.len() * dn == input.len() * dm);
    out.fill(0.0);
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
            let chunks = gradient.chunks(CHUNK * dm).zip(input.chunks(CHUNK * dn));
            if line == dn {
                for (g, x) in chunks {
                    add_outer_products(simd, (g, 0..dm, dm), (x, 0..dn, dn), out);
                }
                return;
            }
            // Lines that are no whole tiles are copied, once for all outputs.
            let (mut sums, mut filled) = (vec![0.0; dm * line], vec![0.0; CHUNK * line]);
            for (g, x) in chunks {
                for (x, filled) in x.chunks_exact(dn).zip(filled.chunks_exact_mut(line)) {
                    filled[..dn].copy_from_slice(x);
                }
                let x = &filled[..x.len() / dn * line];
                add_outer_products(simd, (g, 0..dm, dm), (x, 0..line, line), &mut sums);
            }
            for (out, sums) in out.chunks_exact_mut(dn).zip(sums.chunks_exact(line)) {
                out.copy_from_slice(&sums[..dn]);
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
