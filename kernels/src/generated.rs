//! Numbers that a generator made for each row, put to use where they lie: a matrix S, k × k and row-major, at the start
//! of a row's numbers, and a bias at their end.

use fearless_simd::{Simd, dispatch};

use crate::instruction_set::level;

/// Adds t S to `out`, both \[rows, k\], with S at the start of each row of `generated` \[rows, size\].
///
/// # Panics
/// When `size` holds no S, or the three are not whole rows, as many of each.
pub fn row_product(t: &[f32], generated: &[f32], size: usize, out: &mut [f32]) {
    let Some(k) = width(t, generated, size) else {
        return;
    };
    assert!(k * k <= size && out.len() == t.len());
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        let rows = t.chunks_exact(k).zip(generated.chunks_exact(size));
        for (out, (t, s)) in out.chunks_exact_mut(k).zip(rows) {
            for (t, s) in t.iter().zip(s.chunks_exact(k)) {
                for (out, s) in out.iter_mut().zip(s) {
                    *out += t * s;
                }
            }
        }
    }));
}

/// From the gradient of t S those of t and of the generated numbers, which is zero past S.
///
/// # Panics
/// As [`row_product`].
pub fn row_product_gradients(
    t: &[f32],
    generated: &[f32],
    gradient: &[f32],
    size: usize,
) -> (Vec<f32>, Vec<f32>) {
    let (mut d_t, mut d_generated) = (vec![0.0; t.len()], vec![0.0; generated.len()]);
    let Some(k) = width(t, generated, size) else {
        return (d_t, d_generated);
    };
    assert!(k * k <= size && gradient.len() == t.len());
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        let rows = t.chunks_exact(k).zip(generated.chunks_exact(size)).zip(gradient.chunks_exact(k));
        let gradients = d_t.chunks_exact_mut(k).zip(d_generated.chunks_exact_mut(size));
        for (((t, s), g), (d_t, d_s)) in rows.zip(gradients) {
            let lines = s.chunks_exact(k).zip(d_s.chunks_exact_mut(k));
            for ((t, d_t), (s, d_s)) in t.iter().zip(d_t).zip(lines) {
                let mut sum = 0.0;
                for ((s, d_s), g) in s.iter().zip(d_s).zip(g) {
                    sum += s * g;
                    *d_s = t * g;
                }
                *d_t = sum;
            }
        }
    }));
    (d_t, d_generated)
}

/// max(0, x + b) in place, x \[rows, d\], with b the last d of each row of `generated` \[rows, size\].
///
/// # Panics
/// When `size` holds no b, or the two are not whole rows, as many of each.
pub fn row_bias(x: &mut [f32], generated: &[f32], size: usize) {
    let Some(d) = width(x, generated, size) else {
        return;
    };
    assert!(d <= size);
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        for (x, generated) in x.chunks_exact_mut(d).zip(generated.chunks_exact(size)) {
            for (x, b) in x.iter_mut().zip(&generated[size - d..]) {
                let sum = *x + b;
                *x = if sum > 0.0 { sum } else { 0.0 };
            }
        }
    }));
}

/// Sets the `gradient` of max(0, x + b) to that of x, in place; returns that of the generated numbers, \[rows, size\].
///
/// # Panics
/// As [`row_bias`], of the output.
pub fn row_bias_gradients(
    output: &[f32],
    gradient: &mut [f32],
    rows: usize,
    size: usize,
) -> Vec<f32> {
    let mut d_generated = vec![0.0; rows * size];
    let Some(d) = width(output, &d_generated, size) else {
        return d_generated;
    };
    assert!(d <= size && gradient.len() == output.len());
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
        let rows = output.chunks_exact(d).zip(gradient.chunks_exact_mut(d));
        for ((output, gradient), d_generated) in rows.zip(d_generated.chunks_exact_mut(size)) {
            let places = gradient.iter_mut().zip(&mut d_generated[size - d..]);
            for (y, (g, d_b)) in output.iter().zip(places) {
                let masked = if *y > 0.0 { *g } else { 0.0 };
                *g = masked;
                *d_b = masked;
            }
        }
    }));
    d_generated
}

/// Columns of `x`, which has as many rows as `generated`; none where there is nothing.
fn width(x: &[f32], generated: &[f32], size: usize) -> Option<usize> {
    if x.is_empty() || generated.is_empty() {
        return None;
    }
    assert!(generated.len().is_multiple_of(size));
    let rows = generated.len() / size;
    assert!(x.len().is_multiple_of(rows));
    Some(x.len() / rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Two rows: S = [[1, 2], [3, 4]] and b = [-1, 9, 0.5]; S = [[0, 1], [-1, 0]] and b = [1, 1, 1].
    const GENERATED: [f32; 14] = [
        1.0, 2.0, 3.0, 4.0, -1.0, 9.0, 0.5, 0.0, 1.0, -1.0, 0.0, 1.0, 1.0, 1.0,
    ];

    #[test]
    fn a_product_and_its_gradients() {
        let t = [1.0, 10.0, 5.0, 7.0];
        let mut out = [0.0; 4];
        row_product(&t, &GENERATED, 7, &mut out);
        assert_eq!(out, [31.0, 42.0, -7.0, 5.0]);
        let (d_t, d_generated) = row_product_gradients(&t, &GENERATED, &[1.0, 2.0, 3.0, 4.0], 7);
        assert_eq!(d_t, [5.0, 11.0, 4.0, -3.0]);
        let first = [1.0, 2.0, 10.0, 20.0, 0.0, 0.0, 0.0];
        let second = [15.0, 20.0, 21.0, 28.0, 0.0, 0.0, 0.0];
        assert_eq!(d_generated, [first, second].concat());
    }

    #[test]
    fn a_bias_and_its_gradients() {
        let mut y = [0.5, -9.5, 0.0, 1.0, -1.0, 2.0];
        row_bias(&mut y, &GENERATED, 7);
        assert_eq!(y, [0.0, 0.0, 0.5, 2.0, 0.0, 3.0]);
        let mut gradient = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let d_generated = row_bias_gradients(&y, &mut gradient, 2, 7);
        assert_eq!(gradient, [0.0, 0.0, 3.0, 4.0, 0.0, 6.0]);
        let first = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0];
        let second = [0.0, 0.0, 0.0, 0.0, 4.0, 0.0, 6.0];
        assert_eq!(d_generated, [first, second].concat());
    }

    #[test]
    fn no_rows() {
        row_product(&[], &[], 7, &mut []);
        row_bias(&mut [], &[], 7);
        assert_eq!(row_product_gradients(&[], &[], &[], 7), (vec![], vec![]));
        assert_eq!(row_bias_gradients(&[], &mut [], 0, 7), []);
    }
}
