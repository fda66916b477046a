//! Sums over the units of a cube.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

use super::UNITS;

/// The sum of `of_unit` over the [`UNITS`] units of the cube, always in the same order. All units must come here.
#[cube]
pub(super) fn total(of_unit: f32) -> f32 {
    let unit = UNIT_POS as usize;
    let mut values = Shared::new_slice(UNITS as usize);
    values[unit] = of_unit;
    let mut half = comptime!(UNITS as usize / 2).runtime();
    sync_cube();
    while half > 0 {
        if unit < half {
            values[unit] += values[unit + half];
        }
        sync_cube();
        half /= 2;
    }
    values[0]
}
