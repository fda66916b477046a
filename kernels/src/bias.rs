//! What follows the product of a dense layer, φ(W x + b): the bias and ReLU in one pass, and its gradients in another.

use fearless_simd::{Simd, dispatch};

use crate::instruction_set::level;

/// Adds b \[d_m\] to every row of `product` \[rows, d_m\]; then max(0, ·) where `relu` asks for it.
///
/// # Panics
/// When the product is not whole rows.
pub fn add_bias(product: &mut [f32], bias: &[f32], relu: bool) {
    assert!(product.len().is_multiple_of(bias.len().max(1)));
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        for row in product.chunks_exact_mut(bias.len().max(1)) {
            if relu {
                for (y, b) in row.iter_mut().zip(bias) {
                    let sum = *y + b;
                    *y = if sum > 0.0 { sum } else { 0.0 };
                }
            } else {
                for (y, b) in row.iter_mut().zip(bias) {
                    *y += b;
                }
            }
        }
    }));
}

/// Sets the `gradient` of the layer's output to zero where ReLU did so with the output, and adds up its rows: what it
/// leaves is the gradient of W x + b, what it returns that of b.
///
/// # Panics
/// When the two are not of one size, or not whole rows of `width`.
pub fn relu_and_bias_gradient(output: &[f32], gradient: &mut [f32], width: usize) -> Vec<f32> {
    assert!(output.len() == gradient.len() && output.len().is_multiple_of(width.max(1)));
    let mut bias = vec![0.0_f32; width];
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        let rows = output.chunks_exact(width.max(1)).zip(gradient.chunks_exact_mut(width.max(1)));
        for (output, gradient) in rows {
            for ((b, y), g) in bias.iter_mut().zip(output).zip(gradient) {
                let masked = if *y > 0.0 { *g } else { 0.0 };
                *g = masked;
                *b += masked;
            }
        }
    }));
    bias
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
        let product = [1.0, -2.0, 3.0, -4.0, 5.0, -6.0];
        let bias = [0.5, 1.5, -4.0];
        let mut linear = product;
        add_bias(&mut linear, &bias, false);
        assert_eq!(linear, [1.5, -0.5, -1.0, -3.5, 6.5, -10.0]);
        let mut relu = product;
        add_bias(&mut relu, &bias, true);
        assert_eq!(relu, [1.5, 0.0, 0.0, 0.0, 6.5, 0.0]);

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
        add_bias(&mut [], &[1.0, 2.0], true);
        add_bias(&mut [], &[], false);
        assert_eq!(bias_gradient(&[], 2), [0.0, 0.0]);
        assert_eq!(relu_and_bias_gradient(&[], &mut [], 0), [0.0; 0]);
    }
}
