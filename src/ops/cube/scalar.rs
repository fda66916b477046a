//! Functions of one number.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

/// ln(1 + eˣ).
#[cube]
pub(super) fn softplus(x: f32) -> f32 {
    max(x, 0.0_f32) + (1.0_f32 + (-x.abs()).exp()).ln()
}

/// 1 / (1 + e⁻ˣ).
#[cube]
pub(super) fn logistic(x: f32) -> f32 {
    // Of the negative magnitude, so that eˣ never grows beyond bounds.
    let e = (-x.abs()).exp();
    let mut above = 1.0_f32;
    if x < 0.0 {
        above = e;
    }
    above / (1.0_f32 + e)
}
