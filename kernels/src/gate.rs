//! The compact weighting matrix from its factors, s = scale·σ(R C), and its gradients.

use fearless_simd::{Simd, dispatch, prelude::*};

use super::sigmoid::{all, one};
use super::tile::dot;
use crate::instruction_set::level;

/// The sizes of s and of its factors: R \[d_r, d_k\], C \[d_k, d_c\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// Rows of s.
    pub dr: usize,
    /// Columns of s.
    pub dc: usize,
    /// Columns of R and rows of C.
    pub dk: usize,
    /// What σ is multiplied by.
    pub scale: f32,
}

impl Gate {
    /// s of every row, \[rows, d_r, d_c\], from R and C: \[rows, d_r·d_k\] and \[rows, d_k·d_c\], where a factor of one
    /// row is shared by all.
    ///
    /// # Panics
    /// When a factor has neither one row nor `rows`.
    pub fn forward(&self, rows: usize, left: &[f32], right: &[f32]) -> Vec<f32> {
        let mut s = vec![0.0; rows * self.dr * self.dc];
        self.forward_into(rows, left, right, &mut s);
        s
    }

    /// The same into `s`.
    ///
    /// # Panics
    /// As [`forward`](Self::forward), and when `s` is not of its size.
    pub fn forward_into(&self, rows: usize, left: &[f32], right: &[f32], s: &mut [f32]) {
        assert!(s.len() == rows * self.dr * self.dc);
        let (left, right) = (self.left(rows, left), self.right(rows, right));
        dispatch!(level(), simd => forward(simd, self, (left, right), s));
    }

    /// The gradients of R and C, of the sizes they came in, from s and its gradient.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn backward(
        &self,
        rows: usize,
        (left, right): (&[f32], &[f32]),
        s: &[f32],
        gradient: &[f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let (mut d_left, mut d_right) = (vec![0.0; left.len()], vec![0.0; right.len()]);
        let (left, right) = (self.left(rows, left), self.right(rows, right));
        let mut du = vec![0.0; self.dr * self.dc];
        dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
            let size = self.dr * self.dc;
            let rows = s.chunks_exact(size).zip(gradient.chunks_exact(size));
            for (b, (s, ds)) in rows.enumerate() {
                gradient_of_logit(s, ds, self.scale, &mut du);
                let d_left = &mut d_left[left.range(b)];
                let d_right = &mut d_right[right.range(b)];
                let (left, right) = (left.row(b), right.row(b));
                match self.dc {
                    1 => factor_gradients::<1>(self.dk, &du, (left, right), (d_left, d_right)),
                    2 => factor_gradients::<2>(self.dk, &du, (left, right), (d_left, d_right)),
                    3 => factor_gradients::<3>(self.dk, &du, (left, right), (d_left, d_right)),
                    4 => factor_gradients::<4>(self.dk, &du, (left, right), (d_left, d_right)),
                    _ => wide_factor_gradients(simd, self, &du, (left, right), (d_left, d_right)),
                }
            }
        }));
        (d_left, d_right)
    }

    fn left<'a>(&self, rows: usize, values: &'a [f32]) -> Factor<'a> {
        Factor::new(rows, self.dr * self.dk, values)
    }

    fn right<'a>(&self, rows: usize, values: &'a [f32]) -> Factor<'a> {
        Factor::new(rows, self.dk * self.dc, values)
    }
}

#[inline(always)]
fn forward<S: Simd>(simd: S, gate: &Gate, (left, right): (Factor<'_>, Factor<'_>), s: &mut [f32]) {
    let &Gate { dr, dc, dk, scale } = gate;
    simd.vectorize(
        #[inline(always)]
        || {
            for (b, s) in s.chunks_exact_mut(dr * dc).enumerate() {
                let (left, right) = (left.row(b), right.row(b));
                match dc {
                    1 => product::<1>(dk, left, right, s),
                    2 => product::<2>(dk, left, right, s),
                    3 => product::<3>(dk, left, right, s),
                    4 => product::<4>(dk, left, right, s),
                    _ if dc.is_multiple_of(S::f32s::LEN) => {
                        whole_vectors(simd, gate, left, right, s);
                        continue;
                    }
                    _ => ragged(gate, left, right, s),
                }
                all(simd, s, scale);
            }
        },
    );
}

/// Where a row of s is whole vectors, a sum stays in its register until it is s.
#[inline(always)]
fn whole_vectors<S: Simd>(simd: S, gate: &Gate, left: &[f32], right: &[f32], s: &mut [f32]) {
    let &Gate { dc, dk, scale, .. } = gate;
    let lanes = S::f32s::LEN;
    for (s, left) in s.chunks_exact_mut(dc).zip(left.chunks_exact(dk)) {
        for (c, s) in s.chunks_exact_mut(lanes).enumerate() {
            let mut sum = S::f32s::splat(simd, 0.0);
            for (left, right) in left.iter().zip(right.chunks_exact(dc)) {
                let right = S::f32s::from_slice(simd, &right[c * lanes..][..lanes]);
                sum += S::f32s::splat(simd, *left) * right;
            }
            one(simd, sum, scale).store_slice(s);
        }
    }
}

/// R C with a number of columns that the compiler knows.
#[inline(always)]
fn product<const DC: usize>(dk: usize, left: &[f32], right: &[f32], s: &mut [f32]) {
    let (s, _) = s.as_chunks_mut::<DC>();
    let (right, _) = right.as_chunks::<DC>();
    if let ([right], true) = (right, dk == 1) {
        for (s, left) in s.iter_mut().zip(left) {
            *s = right.map(|right| left * right);
        }
        return;
    }
    for (s, left) in s.iter_mut().zip(left.chunks_exact(dk)) {
        *s = [0.0; DC];
        for (left, right) in left.iter().zip(right) {
            for (s, right) in s.iter_mut().zip(right) {
                *s += left * right;
            }
        }
    }
}

/// R C.
#[inline(always)]
fn ragged(gate: &Gate, left: &[f32], right: &[f32], s: &mut [f32]) {
    let &Gate { dc, dk, .. } = gate;
    for (s, left) in s.chunks_exact_mut(dc).zip(left.chunks_exact(dk)) {
        s.fill(0.0);
        for (left, right) in left.iter().zip(right.chunks_exact(dc)) {
            for (s, right) in s.iter_mut().zip(right) {
                *s += left * right;
            }
        }
    }
}

/// dR += du Cᵀ and dC += Rᵀ du, with a number of columns that the compiler knows.
#[inline(always)]
fn factor_gradients<const DC: usize>(
    dk: usize,
    du: &[f32],
    (left, right): (&[f32], &[f32]),
    (d_left, d_right): (&mut [f32], &mut [f32]),
) {
    let (du, right) = (du.as_chunks::<DC>().0, right.as_chunks::<DC>().0);
    let d_right = d_right.as_chunks_mut::<DC>().0;
    if let ([right], [d_right]) = (right, &mut *d_right) {
        // The one row of dC stays in registers.
        let mut sum = *d_right;
        for (du, (left, d_left)) in du.iter().zip(left.iter().zip(d_left)) {
            *d_left += add_gradients(du, (*left, right), &mut sum);
        }
        *d_right = sum;
        return;
    }
    let rows = left.chunks_exact(dk).zip(d_left.chunks_exact_mut(dk));
    for (du, (left, d_left)) in du.iter().zip(rows) {
        let places = left.iter().zip(d_left).zip(right.iter().zip(&mut *d_right));
        for ((left, d_left), (right, d_right)) in places {
            *d_left += add_gradients(du, (*left, right), d_right);
        }
    }
}

/// Adds left · du to `d_right` and returns du · right.
#[inline(always)]
fn add_gradients<const DC: usize>(
    du: &[f32; DC],
    (left, right): (f32, &[f32; DC]),
    d_right: &mut [f32; DC],
) -> f32 {
    let mut d_left = 0.0;
    for c in 0..DC {
        d_left += du[c] * right[c];
        d_right[c] += left * du[c];
    }
    d_left
}

/// The same with any number of columns.
#[inline(always)]
fn wide_factor_gradients<S: Simd>(
    simd: S,
    gate: &Gate,
    du: &[f32],
    (left, right): (&[f32], &[f32]),
    (d_left, d_right): (&mut [f32], &mut [f32]),
) {
    let &Gate { dc, dk, .. } = gate;
    for (r, du) in du.chunks_exact(dc).enumerate() {
        for k in 0..dk {
            d_left[r * dk + k] += dot(simd, du, &right[k * dc..][..dc]);
            let left = left[r * dk + k];
            for (d, du) in d_right[k * dc..][..dc].iter_mut().zip(du) {
                *d += left * du;
            }
        }
    }
}

/// du of s = scale·σ(u): ds · s · (1 − s/scale).
#[inline(always)]
fn gradient_of_logit(s: &[f32], ds: &[f32], scale: f32, du: &mut [f32]) {
    let inverse = 1.0 / scale;
    for ((du, s), ds) in du.iter_mut().zip(s).zip(ds) {
        *du = ds * s * (1.0 - s * inverse);
    }
}

/// du of s = scale·[`sigmoid`](super::sigmoid())(u), from s and ds.
pub fn sigmoid_gradient(s: &[f32], ds: &[f32], scale: f32) -> Vec<f32> {
    let mut du = vec![0.0; s.len()];
    dispatch!(level(), simd => simd.vectorize(#[inline(always)] || gradient_of_logit(s, ds, scale, &mut du)));
    du
}

/// A factor of every row, or one of all.
#[derive(Clone, Copy)]
struct Factor<'a> {
    values: &'a [f32],
    size: usize,
    shared: bool,
}

impl<'a> Factor<'a> {
    fn new(rows: usize, size: usize, values: &'a [f32]) -> Self {
        assert!(values.len() == size || values.len() == rows * size);
        Self {
            values,
            size,
            shared: values.len() == size,
        }
    }

    #[inline(always)]
    fn range(&self, row: usize) -> std::ops::Range<usize> {
        let start = if self.shared { 0 } else { row * self.size };
        start..start + self.size
    }

    #[inline(always)]
    fn row(&self, row: usize) -> &'a [f32] {
        &self.values[self.range(row)]
    }
}
