//! Square tiles of matrices in the shared memory of a cube.

use burn_cubecl::cubecl;
use cubecl::prelude::*;

/// Edge of a tile; a cube has TILE² units.
pub(super) const TILE: usize = 16;
/// Numbers from one line of a tile in shared memory to the next: one more than there are, so that a column's numbers
/// lie in different banks.
pub(super) const LINE: usize = TILE + 1;

/// values[row, column] of a matrix, and 0 outside of it.
#[cube]
pub(super) fn at(values: &[f32], row: usize, column: usize, rows: usize, columns: usize) -> f32 {
    let mut value = 0.0_f32;
    if row < rows && column < columns {
        value = values[row * columns + column];
    }
    value
}

/// Cubes of TILE² units over a matrix of `rows` × `columns`.
pub(super) fn tiles(rows: usize, columns: usize) -> (CubeCount, CubeDim) {
    tiles_of(rows.div_ceil(TILE), columns)
}

/// The same for `lines` lines of tiles.
pub(super) fn tiles_of(lines: usize, columns: usize) -> (CubeCount, CubeDim) {
    (
        CubeCount::Static(columns.div_ceil(TILE) as u32, lines as u32, 1),
        CubeDim::new_2d(TILE as u32, TILE as u32),
    )
}
