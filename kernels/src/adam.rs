//! Adam, one pass over what it moves.
//!
//! m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  w ← w − η · m / (√v + ε)
//!
//! Multiplications and additions are not fused, so that every instruction set gives the same bits.

use fearless_simd::{Simd, dispatch, prelude::*};

use crate::instruction_set::level;

/// The constants of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// β₁.
    pub keep1: f32,
    /// 1 − β₁.
    pub take1: f32,
    /// β₂.
    pub keep2: f32,
    /// 1 − β₂.
    pub take2: f32,
    /// ε.
    pub eps: f32,
    /// η, the bias correction included.
    pub step_size: f32,
}

impl Adam {
    /// Moves all of `values`.
    ///
    /// # Panics
    /// When the slices are not of one size.
    pub fn step(
        &self,
        values: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
        gradient: &[f32],
    ) {
        dispatch!(level(), simd => simd.vectorize(
            #[inline(always)]
            || self.apply(simd, values, first, second, gradient),
        ));
    }

    /// Moves some rows of a table of `dim` columns, `rows`, by their gradients, which lie one after another.
    ///
    /// # Panics
    /// When a row is out of range, or the moments or gradients are too few.
    pub fn step_rows(
        &self,
        (table, dim): (&mut [f32], usize),
        first: &mut [f32],
        second: &mut [f32],
        rows: &[u32],
        gradients: &[f32],
    ) {
        dispatch!(level(), simd => simd.vectorize(
            #[inline(always)]
            || for (&row, gradient) in rows.iter().zip(gradients.chunks_exact(dim)) {
                let span = row as usize * dim..(row as usize + 1) * dim;
                let values = &mut table[span.clone()];
                self.apply(simd, values, &mut first[span.clone()], &mut second[span], gradient);
            },
        ));
    }

    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, w: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32]) {
        assert!(w.len() == g.len() && m.len() == g.len() && v.len() == g.len());
        let lanes = S::f32s::LEN;
        let whole = g.len() - g.len() % lanes;
        let splat = |x: f32| S::f32s::splat(simd, x);
        let (keep1, take1) = (splat(self.keep1), splat(self.take1));
        let (keep2, take2) = (splat(self.keep2), splat(self.take2));
        let (eps, step_size) = (splat(self.eps), splat(self.step_size));
        for i in (0..whole).step_by(lanes) {
            let place = i..i + lanes;
            let g = S::f32s::from_slice(simd, &g[place.clone()]);
            let (w, m, v) = (&mut w[place.clone()], &mut m[place.clone()], &mut v[place]);
            let first = keep1 * S::f32s::from_slice(simd, m) + take1 * g;
            let second = keep2 * S::f32s::from_slice(simd, v) + take2 * (g * g);
            let moved = S::f32s::from_slice(simd, w) - step_size * (first / (second.sqrt() + eps));
            first.store_slice(m);
            second.store_slice(v);
            moved.store_slice(w);
        }
        for i in whole..g.len() {
            m[i] = self.keep1 * m[i] + self.take1 * g[i];
            v[i] = self.keep2 * v[i] + self.take2 * (g[i] * g[i]);
            w[i] -= self.step_size * (m[i] / (v[i].sqrt() + self.eps));
        }
    }
}
