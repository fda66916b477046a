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

/// `sums` + Σ_k a\[m\]\[k\] · b\[k\]\[v\]: `a` holds `M` rows of at least the depth of `b`, which is packed, `V` vectors
/// for every k.
#[inline(always)]
pub(super) fn product<S: Simd, const M: usize, const V: usize>(
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

/// `sums` + Σ_k x\[k\] · b\[p\]\[k\]\[v\]: one row and `P` panels, packed as in [`product`] and as deep as x. Several panels
/// abreast, so that their sums do not wait for each other.
#[inline(always)]
pub(super) fn product_of_one<S: Simd, const P: usize, const V: usize>(
    simd: S,
    mut sums: Tile<S, P, V>,
    x: &[f32],
    b: [&[f32]; P],
) -> Tile<S, P, V> {
    let width = V * S::f32s::LEN;
    match (sums.as_mut_slice(), b.as_slice()) {
        ([s0, s1, s2, s3], [b0, b1, b2, b3]) => {
            let b = b0
                .chunks_exact(width)
                .zip(b1.chunks_exact(width))
                .zip(b2.chunks_exact(width).zip(b3.chunks_exact(width)));
            for (x, ((b0, b1), (b2, b3))) in x.iter().zip(b) {
                add_product(simd, s0, *x, b0);
                add_product(simd, s1, *x, b1);
                add_product(simd, s2, *x, b2);
                add_product(simd, s3, *x, b3);
            }
        }
        ([s0, s1], [b0, b1]) => {
            for (x, (b0, b1)) in x
                .iter()
                .zip(b0.chunks_exact(width).zip(b1.chunks_exact(width)))
            {
                add_product(simd, s0, *x, b0);
                add_product(simd, s1, *x, b1);
            }
        }
        (sums, b) => {
            for (sums, b) in sums.iter_mut().zip(b) {
                for (x, b) in x.iter().zip(b.chunks_exact(width)) {
                    add_product(simd, sums, *x, b);
                }
            }
        }
    }
    sums
}

/// Adds x · b\[v\].
// A function and not a closure: those are not compiled for the instruction set unless they happen to be inlined.
#[inline(always)]
fn add_product<S: Simd, const V: usize>(simd: S, sums: &mut [S::f32s; V], x: f32, b: &[f32]) {
    let x = S::f32s::splat(simd, x);
    for (sum, b) in sums.iter_mut().zip(vectors::<S, V>(simd, b)) {
        *sum = x.mul_add(b, *sum);
    }
}

/// Σ_k a\[k\]\[m\] · b\[k\]\[v\]: both come as lines, with their length and the place in a line that `M` numbers or `V`
/// vectors are taken from; as many k as both have whole lines.
#[inline(always)]
pub(super) fn transposed_product<S: Simd, const M: usize, const V: usize>(
    simd: S,
    (a, a_line, a_start): (&[f32], usize, usize),
    (b, b_line, b_start): (&[f32], usize, usize),
) -> Tile<S, M, V> {
    let mut sums = [[S::f32s::splat(simd, 0.0); V]; M];
    for (a, b) in a.chunks_exact(a_line).zip(b.chunks_exact(b_line)) {
        let a = &a[a_start..][..M];
        let b: [S::f32s; V] = vectors::<S, V>(simd, &b[b_start..][..V * S::f32s::LEN]);
        for m in 0..M {
            let a = S::f32s::splat(simd, a[m]);
            for v in 0..V {
                sums[m][v] = a.mul_add(b[v], sums[m][v]);
            }
        }
    }
    sums
}

/// Σ a·b.
#[inline(always)]
pub(super) fn dot<S: Simd>(simd: S, a: &[f32], b: &[f32]) -> f32 {
    let lanes = S::f32s::LEN;
    let (a, b) = (a.chunks_exact(lanes), b.chunks_exact(lanes));
    let rest = a.remainder().iter().zip(b.remainder());
    let rest: f32 = rest.map(|(a, b)| a * b).sum();
    let mut sum = S::f32s::splat(simd, 0.0);
    for (a, b) in a.zip(b) {
        sum = S::f32s::from_slice(simd, a).mul_add(S::f32s::from_slice(simd, b), sum);
    }
    sum.reduce_sum() + rest
}

/// Adds what is there where asked to, applies ReLU where asked to, and stores.
#[inline(always)]
pub(super) fn finish<S: Simd, const ONTO: bool>(
    simd: S,
    sums: [S::f32s; VECTORS],
    relu: bool,
    out: &mut [f32],
) {
    let lanes = S::f32s::LEN;
    let zero = S::f32s::splat(simd, 0.0);
    for (sum, out) in sums.into_iter().zip(out.chunks_mut(lanes)) {
        let full = out.len() == lanes;
        let before = match (ONTO, full) {
            (false, _) => zero,
            (true, true) => S::f32s::from_slice(simd, out),
            (true, false) => S::f32s::from_fn(simd, |i| out.get(i).copied().unwrap_or(0.0)),
        };
        let sum = if ONTO { sum + before } else { sum };
        let sum = if relu { sum.max(zero) } else { sum };
        if full {
            sum.store_slice(out);
        } else {
            out.copy_from_slice(&sum.as_slice()[..out.len()]);
        }
    }
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

/// Calls `$body` for the panels from `$first` to `$panels`, with the constant `$p` equal to how many it is to take: four,
/// two or one, from `$first` on.
macro_rules! with_panels {
    ($panels:expr, $first:ident, $p:ident => $body:expr) => {
        let mut $first = 0;
        while $first < $panels {
            match $panels - $first {
                1 => {
                    const $p: usize = 1;
                    $body;
                    $first += $p;
                }
                2 | 3 => {
                    const $p: usize = 2;
                    $body;
                    $first += $p;
                }
                _ => {
                    const $p: usize = 4;
                    $body;
                    $first += $p;
                }
            }
        }
    };
}
pub(super) use with_panels;
