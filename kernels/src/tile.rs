//! Register tiles: a few rows times a few vectors of columns, summed over k.
//!
//! Everything dense here is one of two sums. Both keep `M × V` accumulators in registers, load `V` vectors of b
//! for every k and multiply each by `M` values of a. Four rows and two vectors fit the 16 registers of
//! AVX2 and simd128 and keep the multipliers busy.

use fearless_simd::{Simd, prelude::*};

/// Vectors of a full tile.
pub(super) const VECTORS: usize = 2;

/// A tile of sums.
pub(super) type Tile<S, const M: usize, const V: usize> = [[<S as Simd>::f32s; V]; M];

/// Σ_k a\[m\]\[k\] · b\[k\]\[v\]: `a` holds `M` rows of at least the depth of `b`, which is packed, `V` vectors
/// for every k.
#[inline(always)]
pub(super) fn product<S: Simd, const M: usize, const V: usize>(
    simd: S,
    a: [&[f32]; M],
    b: &[f32],
) -> Tile<S, M, V> {
    product_from(simd, [[S::f32s::splat(simd, 0.0); V]; M], a, b)
}

/// As [`product`], added to `sums`.
#[inline(always)]
pub(super) fn product_from<S: Simd, const M: usize, const V: usize>(
    simd: S,
    mut sums: Tile<S, M, V>,
    a: [&[f32]; M],
    b: &[f32],
) -> Tile<S, M, V> {
    let width = V * S::f32s::LEN;
    let depth = b.len() / width;
    let a = a.map(|row| &row[..depth]);
    for (k, b) in b.chunks_exact(width).enumerate() {
        let b: [S::f32s; V] = vectors::<S, V>(simd, b);
        for m in 0..M {
            let a = S::f32s::splat(simd, a[m][k]);
            for v in 0..V {
                sums[m][v] = a.mul_add(b[v], sums[m][v]);
            }
        }
    }
    sums
}

/// Σ_k a\[k\]\[m\] · b\[k\]\[v\] over `depth` values of k; `a` and `b` come with their strides in k.
#[inline(always)]
pub(super) fn transposed_product<S: Simd, const M: usize, const V: usize>(
    simd: S,
    (a, a_stride): (&[f32], usize),
    (b, b_stride): (&[f32], usize),
    depth: usize,
) -> Tile<S, M, V> {
    let mut sums = [[S::f32s::splat(simd, 0.0); V]; M];
    for k in 0..depth {
        let a = &a[k * a_stride..][..M];
        let b: [S::f32s; V] = vectors::<S, V>(simd, &b[k * b_stride..][..V * S::f32s::LEN]);
        for m in 0..M {
            let a = S::f32s::splat(simd, a[m]);
            for v in 0..V {
                sums[m][v] = a.mul_add(b[v], sums[m][v]);
            }
        }
    }
    sums
}

/// `V` vectors that lie one after another.
#[inline(always)]
pub(super) fn vectors<S: Simd, const V: usize>(simd: S, values: &[f32]) -> [S::f32s; V] {
    let lanes = S::f32s::LEN;
    std::array::from_fn(|v| S::f32s::from_slice(simd, &values[v * lanes..][..lanes]))
}

/// Calls `$body` with the constant `$m` equal to the rows that are left, at most those of a full tile: four, or eight
/// where a tile is one vector wide.
macro_rules! with_rows {
    ($rows:expr, $m:ident => $body:expr) => {
        with_rows!(@arms $rows, $m, $body, [1 2 3], 4)
    };
    (tall $rows:expr, $m:ident => $body:expr) => {
        with_rows!(@arms $rows, $m, $body, [1 2 3 4 5 6 7], 8)
    };
    (@arms $rows:expr, $m:ident, $body:expr, [$($n:literal)*], $full:literal) => {
        match $rows {
            $($n => {
                const $m: usize = $n;
                $body
            })*
            _ => {
                const $m: usize = $full;
                $body
            }
        }
    };
}
pub(super) use with_rows;
