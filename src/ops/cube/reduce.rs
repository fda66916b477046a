//! Sums over the units of a cube.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::UNITS;

/// Leaves the sum of `values`, one of each of [`UNITS`] units, in the first of them. All units must come here.
#[cube]
pub(super) fn add_up(values: &mut Shared<[f32]>) {
    let unit = UNIT_POS as usize;
    let mut half = comptime!(UNITS as usize / 2).runtime();
    sync_cube();
    while half > 0 {
        if unit < half {
            values[unit] += values[unit + half];
        }
        sync_cube();
        half /= 2;
    }
}
