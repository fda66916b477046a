//! The compact weighting matrices of a panel, s = scale·σ(R C).

use fearless_simd::{Simd, dispatch, prelude::*};

use super::width_of;
use crate::gate::Gate;
use crate::instruction_set::level;
use crate::sigmoid;
use crate::tile::{VECTORS, vectors};

/// R or C.
#[derive(Debug, Clone, Copy)]
pub enum Factor<'a> {
    /// One of every row: a panel.
    Rows(&'a [f32]),
    /// One for all rows.
    Shared(&'a [f32]),
}

impl Factor<'_> {
    #[inline(always)]
    fn at<S: Simd>(self, simd: S, place: usize) -> [S::f32s; VECTORS] {
        match self {
            Self::Rows(panel) => vectors::<S, VECTORS>(simd, &panel[place * width_of(simd)..]),
            Self::Shared(values) => [S::f32s::splat(simd, values[place]); VECTORS],
        }
    }
}

impl Gate {
    /// s as a panel of d_r·d_c columns, from R \[d_r, d_k\] and C \[d_k, d_c\].
    ///
    /// # Panics
    /// When a slice is too small.
    pub fn forward_panel(&self, left: Factor<'_>, right: Factor<'_>, s: &mut [f32]) {
        dispatch!(level(), simd => forward(simd, self, left, right, s));
    }
}

#[inline(always)]
fn forward<S: Simd>(simd: S, gate: &Gate, left: Factor<'_>, right: Factor<'_>, s: &mut [f32]) {
    simd.vectorize(
        #[inline(always)]
        || {
            let width = width_of(simd);
            let s = &mut s[..gate.dr * gate.dc * width];
            for (r, s) in s.chunks_exact_mut(gate.dc * width).enumerate() {
                for (c, s) in s.chunks_exact_mut(width).enumerate() {
                    let mut sums = [S::f32s::splat(simd, 0.0); VECTORS];
                    for k in 0..gate.dk {
                        let left = left.at(simd, r * gate.dk + k);
                        let right = right.at(simd, k * gate.dc + c);
                        for v in 0..VECTORS {
                            sums[v] += left[v] * right[v];
                        }
                    }
                    for (sum, s) in sums.iter().zip(s.chunks_exact_mut(S::f32s::LEN)) {
                        sigmoid::one(simd, *sum, gate.scale).store_slice(s);
                    }
                }
            }
        },
    );
}
