//! Rows into panels and back: the turn of a matrix, square by square in registers.

use fearless_simd::{Simd, dispatch, prelude::*};

use crate::instruction_set::level;

/// The most lanes of a vector.
const MOST: usize = 16;

/// Rows of `columns` numbers, one after another, into a panel; at most as many as it is wide. What stands in the other
/// lanes stays, and harms nothing.
///
/// # Panics
/// When the panel is too small or the rows are too many.
pub fn load(rows: &[f32], columns: usize, width: usize, panel: &mut [f32]) {
    assert!(rows.len() <= columns * width && panel.len() >= columns * width);
    let count = rows.len() / columns.max(1);
    dispatch!(level(), simd => turn(simd, (rows, columns), (panel, width), count, columns));
}

/// The first rows of a panel, as many as `rows` has with `columns` numbers each.
///
/// # Panics
/// When the panel is too small or the rows are too many.
pub fn unload(panel: &[f32], columns: usize, width: usize, rows: &mut [f32]) {
    assert!(rows.len() <= columns * width && panel.len() >= columns * width);
    let count = rows.len() / columns.max(1);
    dispatch!(level(), simd => turn(simd, (panel, width), (rows, columns), columns, count));
}

/// `to`\[j\]\[i\] = `from`\[i\]\[j\] of `height` lines of `breadth` numbers; each comes with its stride.
#[inline(always)]
pub(crate) fn turn<S: Simd>(
    simd: S,
    (from, from_stride): (&[f32], usize),
    (to, to_stride): (&mut [f32], usize),
    height: usize,
    breadth: usize,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let lanes = S::f32s::LEN;
            let (high, broad) = (height - height % lanes, breadth - breadth % lanes);
            let zero = S::f32s::splat(simd, 0.0);
            for i in (0..high).step_by(lanes) {
                let lines: [&[f32]; MOST] = std::array::from_fn(|k| match k < lanes {
                    true => &from[(i + k) * from_stride..][..broad],
                    false => &[],
                });
                for j in (0..broad).step_by(lanes) {
                    let mut square = [zero; MOST];
                    for (line, from) in square.iter_mut().zip(&lines).take(lanes) {
                        *line = S::f32s::from_slice(simd, &from[j..][..lanes]);
                    }
                    let square = turned::<S>(square);
                    let mut to = &mut to[j * to_stride + i..];
                    for (k, line) in square.iter().enumerate().take(lanes) {
                        if k > 0 {
                            to = &mut to[to_stride..];
                        }
                        line.store_slice(&mut to[..lanes]);
                    }
                }
            }
            let mut rest = |lines: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
                for i in lines {
                    for j in columns.clone() {
                        to[j * to_stride + i] = from[i * from_stride + j];
                    }
                }
            };
            rest(0..high, broad..breadth);
            rest(high..height, 0..breadth);
        },
    );
}

/// The turn of the first lines, as many as there are lanes: each round interleaves every line with the one that is half
/// of them away.
#[inline(always)]
fn turned<S: Simd>(mut square: [S::f32s; MOST]) -> [S::f32s; MOST] {
    let lanes = S::f32s::LEN;
    let mut rounds = lanes;
    while rounds > 1 {
        let mut next = square;
        for i in 0..lanes / 2 {
            (next[2 * i], next[2 * i + 1]) = square[i].interleave(square[i + lanes / 2]);
        }
        square = next;
        rounds /= 2;
    }
    square
}
