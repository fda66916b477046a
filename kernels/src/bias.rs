//! From the gradient of a dense layer's output, φ(W x + b), those of W x + b and of b, in one pass.

use fearless_simd::{Simd, dispatch, prelude::*};

use crate::instruction_set::level;

/// Sets the `gradient` of the layer's output to zero where ReLU did so with the output, and adds up its rows: what it
/// leaves is the gradient of W x + b, what it returns that of b.
///
/// # Panics
/// When the two are not of one size, or not whole rows of `width`.
pub fn relu_and_bias_gradient(output: &[f32], gradient: &mut [f32], width: usize) -> Vec<f32> {
    assert!(output.len() == gradient.len() && output.len().is_multiple_of(width.max(1)));
    let mut bias = vec![0.0_f32; width];
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        // Not in place: a vector that is set to zero where it lies is stored under a mask, which some processors are slow at.
        let mut given = vec![0.0; width];
        let rows = output.chunks_exact(width.max(1)).zip(gradient.chunks_exact_mut(width.max(1)));
        for (output, gradient) in rows {
            given.copy_from_slice(gradient);
            mask(simd, output, &given, (gradient, &mut bias));
        }
    }));
    bias
}

/// The same of a row: what is `masked`, and what is added to the gradient of `bias`. Chosen from and not branched on: where
/// ReLU bends is past guessing.
#[inline(always)]
pub(crate) fn mask<S: Simd>(
    simd: S,
    output: &[f32],
    gradient: &[f32],
    (masked, bias): (&mut [f32], &mut [f32]),
) {
    let lanes = S::f32s::LEN;
    let zero = S::f32s::splat(simd, 0.0);
    let whole = bias.len() - bias.len() % lanes;
    let given = output.chunks_exact(lanes).zip(gradient.chunks_exact(lanes));
    let given = given.zip(masked.chunks_exact_mut(lanes));
    for (b, ((y, g), masked)) in bias.chunks_exact_mut(lanes).zip(given) {
        let open = S::f32s::from_slice(simd, y).simd_gt(zero);
        let g = open.select(S::f32s::from_slice(simd, g), zero);
        g.store_slice(masked);
        (S::f32s::from_slice(simd, b) + g).store_slice(b);
    }
    let rest = output[whole..].iter().zip(&gradient[whole..]);
    let rest = rest.zip(&mut masked[whole..]);
    for (b, ((y, g), masked)) in bias[whole..].iter_mut().zip(rest) {
        *masked = if *y > 0.0 { *g } else { 0.0 };
        *b += *masked;
    }
}

/// The gradient of b alone, where no ReLU follows.
///
/// # Panics
/// When the gradient is not whole rows of `width`.
pub fn bias_gradient(gradient: &[f32], width: usize) -> Vec<f32> {
    assert!(gradient.len().is_multiple_of(width.max(1)));
    let mut bias = vec![0.0_f32; width];
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        for row in gradient.chunks_exact(width.max(1)) {
            for (b, g) in bias.iter_mut().zip(row) {
                *b += g;
            }
        }
    }));
    bias
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bias_and_relu() {
        let relu = [1.5, 0.0, 0.0, 0.0, 6.5, 0.0];
        let mut gradient = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(bias_gradient(&gradient, 3), [5.0, 7.0, 9.0]);
        assert_eq!(
            relu_and_bias_gradient(&relu, &mut gradient, 3),
            [1.0, 5.0, 0.0]
        );
        assert_eq!(gradient, [1.0, 0.0, 0.0, 0.0, 5.0, 0.0]);
    }

    #[test]
    fn no_rows_and_no_columns() {
        assert_eq!(bias_gradient(&[], 2), [0.0, 0.0]);
        assert_eq!(relu_and_bias_gradient(&[], &mut [], 0), [0.0; 0]);
    }
}
