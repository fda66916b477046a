//! Mixtures of experts: of each row, Σ_j w_j E_j for one or more lines of weights w.

use fearless_simd::{Simd, dispatch};

use super::tile::dot;
use crate::instruction_set::level;

/// How many of what a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mixture {
    /// Mixes, each with weights of its own.
    pub mixes: usize,
    /// Experts.
    pub experts: usize,
    /// Numbers of an expert.
    pub width: usize,
}

impl Mixture {
    /// w \[rows, mixes, experts\], E \[rows, experts, width\] → \[rows, mixes, width\]. A weight of zero costs nothing.
    ///
    /// # Panics
    /// When the two have not the same rows.
    pub fn forward(&self, weights: &[f32], experts: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; self.rows(weights, experts) * self.mixes * self.width];
        if out.is_empty() {
            return out;
        }
        dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
            for ((weights, experts), out) in self.each(weights, experts).zip(out.chunks_exact_mut(self.mixes * self.width)) {
                let mixes = weights.chunks_exact(self.experts).zip(out.chunks_exact_mut(self.width));
                for (weights, out) in mixes {
                    for (weight, expert) in weights.iter().zip(experts.chunks_exact(self.width)) {
                        add(*weight, expert, out);
                    }
                }
            }
        }));
        out
    }

    /// The gradients of w and E from that of the mixes, g: dw = E g, dE = Σ_mixes w g.
    ///
    /// # Panics
    /// When the three have not the same rows.
    pub fn backward(
        &self,
        weights: &[f32],
        experts: &[f32],
        gradient: &[f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let rows = self.rows(weights, experts);
        assert!(gradient.len() == rows * self.mixes * self.width);
        let (mut d_weights, mut d_experts) = (vec![0.0; weights.len()], vec![0.0; experts.len()]);
        if gradient.is_empty() {
            return (d_weights, d_experts);
        }
        dispatch!(level(), simd => simd.vectorize(#[inline(always)] || {
            let given = self.each(weights, experts).zip(gradient.chunks_exact(self.mixes * self.width));
            let wanted = d_weights
                .chunks_exact_mut(self.mixes * self.experts)
                .zip(d_experts.chunks_exact_mut(self.experts * self.width));
            for (((weights, experts), gradient), (d_weights, d_experts)) in given.zip(wanted) {
                let lines = weights.chunks_exact(self.experts).zip(d_weights.chunks_exact_mut(self.experts));
                for ((weights, d_weights), g) in lines.zip(gradient.chunks_exact(self.width)) {
                    let each = experts.chunks_exact(self.width).zip(d_experts.chunks_exact_mut(self.width));
                    for ((weight, d_weight), (expert, d_expert)) in weights.iter().zip(d_weights).zip(each) {
                        *d_weight = dot(simd, expert, g);
                        add(*weight, g, d_expert);
                    }
                }
            }
        }));
        (d_weights, d_experts)
    }

    fn rows(&self, weights: &[f32], experts: &[f32]) -> usize {
        let rows = weights.len() / (self.mixes * self.experts).max(1);
        assert!(
            weights.len() == rows * self.mixes * self.experts
                && experts.len() == rows * self.experts * self.width
        );
        rows
    }

    fn each<'a>(
        &self,
        weights: &'a [f32],
        experts: &'a [f32],
    ) -> impl Iterator<Item = (&'a [f32], &'a [f32])> {
        weights
            .chunks_exact(self.mixes * self.experts)
            .zip(experts.chunks_exact(self.experts * self.width))
    }
}

/// Adds `factor`·x to `out`.
#[inline(always)]
fn add(factor: f32, x: &[f32], out: &mut [f32]) {
    if factor == 0.0 {
        return;
    }
    for (out, x) in out.iter_mut().zip(x) {
        *out += factor * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Two rows of three experts of two numbers, under two lines of weights.
    const SHAPE: Mixture = Mixture {
        mixes: 2,
        experts: 3,
        width: 2,
    };
    const WEIGHTS: [f32; 12] = [1.0, 0.0, 2.0, 0.5, 0.5, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    const EXPERTS: [f32; 12] = [
        1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0,
    ];

    #[test]
    fn mixes_and_their_gradients() {
        let mixes = SHAPE.forward(&WEIGHTS, &EXPERTS);
        assert_eq!(mixes, [11.0, 14.0, 2.0, 3.0, 2.0, 2.0, 0.0, 0.0]);
        let g = [1.0, 0.0, 0.0, 2.0, 1.0, 1.0, 3.0, 0.0];
        let (d_weights, d_experts) = SHAPE.backward(&WEIGHTS, &EXPERTS, &g);
        let first = [1.0, 3.0, 5.0, 4.0, 8.0, 12.0];
        let second = [15.0, 19.0, 23.0, 21.0, 27.0, 33.0];
        assert_eq!(d_weights, [first, second].concat());
        let first = [1.0, 1.0, 0.0, 1.0, 2.0, 0.0];
        let second = [-1.0, -1.0, 1.0, 1.0, 0.0, 0.0];
        assert_eq!(d_experts, [first, second].concat());
    }

    #[test]
    fn no_rows() {
        assert_eq!(SHAPE.forward(&[], &[]), [0.0; 0]);
        assert_eq!(SHAPE.backward(&[], &[], &[]), (vec![], vec![]));
    }
}
