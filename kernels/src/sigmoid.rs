//! The logistic function, vectorised.

use fearless_simd::{Simd, dispatch, prelude::*};

use crate::instruction_set::level;

/// Puts `scale`·σ(u) where u was, σ(u) = 1/(1 + e⁻ᵘ). The relative error is below 3·10⁻⁷.
pub fn sigmoid(values: &mut [f32], scale: f32) {
    dispatch!(level(), simd => all(simd, values, scale));
}

#[inline(always)]
pub(super) fn all<S: Simd>(simd: S, values: &mut [f32], scale: f32) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let mut chunks = values.chunks_exact_mut(lanes);
            for chunk in &mut chunks {
                one(simd, S::f32s::from_slice(simd, chunk), scale).store_slice(chunk);
            }
            let rest = chunks.into_remainder();
            if !rest.is_empty() {
                let padded = S::f32s::from_fn(simd, |i| rest.get(i).copied().unwrap_or(0.0));
                rest.copy_from_slice(&one(simd, padded, scale).as_slice()[..rest.len()]);
            }
        },
    )
}

/// scale / (1 + eˣ), x = −u.
#[inline(always)]
pub(super) fn one<S: Simd>(simd: S, u: S::f32s, scale: f32) -> S::f32s {
    // x between −87 and 88, where eˣ is a normal number. The bits of negative numbers, as integers, rise away from
    // zero and are above those of positive ones: so the least of two cuts off at the far end, in one instruction where
    // the minimum of floats takes several (wasm must care for NaN and −0).
    let bits = |x: f32| S::f32s::splat(simd, x).to_bits();
    let u = S::f32s::from_bits(u.to_bits().min(bits(-88.0)));
    let x = S::f32s::from_bits((-u).to_bits().min(bits(-87.0)));
    let one = S::f32s::splat(simd, 1.0);
    S::f32s::splat(simd, scale) / (one + exp(simd, x))
}

/// eˣ as 2ⁿ·eʳ, n the nearest integer to x/ln 2 and r what remains, by a polynomial of degree 6; x is between −87 and
/// 88.
#[inline(always)]
fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let splat = |x: f32| S::f32s::splat(simd, x);
    // Adding 1.5·2²³ rounds to an integer, which then stands in the low bits.
    let shifted = x.mul_add(splat(std::f32::consts::LOG2_E), splat(12_582_912.0));
    let n = shifted - splat(12_582_912.0);
    // ln 2 in two parts: n times the first is exact.
    let r = n.mul_add(splat(-0.693_359_4), x);
    let r = n.mul_add(splat(2.121_944_4e-4), r);
    let mut polynomial = splat(1.0 / 720.0);
    for coefficient in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        polynomial = polynomial.mul_add(r, splat(coefficient));
    }
    let power = S::f32s::from_bits((shifted.to_bits() << 23) + (127 << 23));
    polynomial * power
}
