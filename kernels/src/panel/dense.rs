//! The dense layer y = φ(W x + b) of a panel.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::{OUTPUTS, Packed, product, start, store, width_of};
use crate::dense::Activation;
use crate::instruction_set::level;
use crate::sigmoid;
use crate::tile::{VECTORS, vectors};

/// A packed dense layer.
#[derive(Debug, Clone)]
pub struct Dense {
    level: Level,
    outputs: usize,
    packed: Packed,
}

impl Dense {
    /// Packs W \[d_m, d_n\], row-major, and b \[d_m\].
    ///
    /// # Panics
    /// When a slice is not of its size.
    pub fn new((dm, dn): (usize, usize), weight: &[f32], bias: &[f32]) -> Self {
        Self {
            level: level(),
            outputs: dm,
            packed: Packed::new((dm, dn), weight, bias),
        }
    }

    /// Outputs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// φ(W x + b) of a panel's first d_n columns into the first d_m of `out`.
    ///
    /// # Panics
    /// When a panel is too small.
    pub fn forward(&self, x: &[f32], activation: Activation, out: &mut [f32]) {
        dispatch!(self.level, simd => forward::<_, false>(simd, self, x, activation, out));
    }

    /// φ(W x + b + y) with y what `out` holds.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn forward_onto(&self, x: &[f32], activation: Activation, out: &mut [f32]) {
        dispatch!(self.level, simd => forward::<_, true>(simd, self, x, activation, out));
    }
}

#[inline(always)]
fn forward<S: Simd, const ONTO: bool>(
    simd: S,
    layer: &Dense,
    x: &[f32],
    activation: Activation,
    out: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let width = width_of(simd);
            let x = &x[..layer.packed.dn * width];
            let out = &mut out[..layer.outputs * width];
            let zero = S::f32s::splat(simd, 0.0);
            let tiles = out.chunks_mut(OUTPUTS * width).zip(layer.packed.tiles());
            for (out, (weight, bias)) in tiles {
                let mut sums = product(simd, start(simd, bias), x, weight);
                if ONTO {
                    for (sums, out) in sums.iter_mut().zip(out.chunks_exact(width)) {
                        let before = vectors::<S, VECTORS>(simd, out);
                        for v in 0..VECTORS {
                            sums[v] += before[v];
                        }
                    }
                }
                if activation == Activation::Relu {
                    for sum in sums.iter_mut().flatten() {
                        *sum = sum.max(zero);
                    }
                }
                store(simd, sums, out);
            }
        },
    );
    if let Activation::Sigmoid(scale) = activation {
        let used = layer.outputs * width_of(simd);
        sigmoid::all(simd, &mut out[..used], scale);
    }
}
