//! Many rows at once, a row in each lane of a vector.
//!
//! A panel holds `width` rows as \[columns, width\]: the values of one column side by side. A weight is then one number
//! for a whole vector, and so is the place of an output in the blocks of s: nothing has to be spread over blocks, and
//! generators, s and the layers' products are all plain arithmetic on vectors, whatever the sizes. Few rows leave
//! lanes empty, for which the kernels with outputs in the lanes exist; both add in the same order, so that a row's
//! result is the same to the bit.

mod dense;
mod gate;
mod modulated;
mod turn;

use fearless_simd::{Simd, dispatch, prelude::*};

use crate::instruction_set::level;
use crate::pack::panels;
use crate::tile::{Tile, VECTORS, vectors};

pub use dense::Dense;
pub use gate::Factor;
pub use modulated::Modulated;
pub(crate) use turn::turn;
pub use turn::{load, unload};

/// Outputs that are worked at once.
const OUTPUTS: usize = 4;

/// Rows of a panel on this machine.
pub fn width() -> usize {
    dispatch!(level(), simd => width_of(simd))
}

/// How many of `rows` are worked faster in panels than row by row: all but a rest of at most five eighths of a
/// panel. The bits are the same either way.
pub fn abreast(rows: usize) -> usize {
    let width = width();
    let rest = rows % width;
    if rest * 8 <= width * 5 {
        rows - rest
    } else {
        rows
    }
}

#[inline(always)]
fn width_of<S: Simd>(_: S) -> usize {
    VECTORS * S::f32s::LEN
}

/// W in tiles of [`OUTPUTS`]: \[tiles, d_n, OUTPUTS\], filled up with zeros; and b.
#[derive(Debug, Clone)]
struct Packed {
    dn: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Packed {
    fn new((dm, dn): (usize, usize), weight: &[f32], bias: &[f32]) -> Self {
        assert!(weight.len() == dm * dn && bias.len() == dm);
        Self {
            dn,
            weight: panels((dn, dm), OUTPUTS, |j, i| weight[i * dn + j]),
            bias: panels((1, dm), OUTPUTS, |_, i| bias[i]),
        }
    }

    /// Weights and biases of each tile.
    #[inline(always)]
    fn tiles(&self) -> impl Iterator<Item = (&[f32], &[f32])> {
        let weight = self.weight.chunks_exact((self.dn * OUTPUTS).max(1));
        weight.zip(self.bias.chunks_exact(OUTPUTS))
    }
}

/// Each bias in all lanes.
#[inline(always)]
fn start<S: Simd>(simd: S, bias: &[f32]) -> Tile<S, OUTPUTS, VECTORS> {
    let mut sums = [[S::f32s::splat(simd, 0.0); VECTORS]; OUTPUTS];
    for (sums, bias) in sums.iter_mut().zip(bias) {
        *sums = [S::f32s::splat(simd, *bias); VECTORS];
    }
    sums
}

/// `sums` + Σ_k w\[k\]\[m\] x\[k\], over the columns of `x`.
#[inline(always)]
fn product<S: Simd>(
    simd: S,
    mut sums: Tile<S, OUTPUTS, VECTORS>,
    x: &[f32],
    weight: &[f32],
) -> Tile<S, OUTPUTS, VECTORS> {
    let columns = x.chunks_exact(width_of(simd));
    for (x, w) in columns.zip(weight.as_chunks::<OUTPUTS>().0) {
        let x: [S::f32s; VECTORS] = vectors::<S, VECTORS>(simd, x);
        for m in 0..OUTPUTS {
            let w = S::f32s::splat(simd, w[m]);
            for v in 0..VECTORS {
                sums[m][v] = w.mul_add(x[v], sums[m][v]);
            }
        }
    }
    sums
}

/// Stores the sums of the outputs that are there.
#[inline(always)]
fn store<S: Simd>(simd: S, sums: Tile<S, OUTPUTS, VECTORS>, out: &mut [f32]) {
    for (sums, out) in sums.iter().zip(out.chunks_exact_mut(width_of(simd))) {
        for (sum, out) in sums.iter().zip(out.chunks_exact_mut(S::f32s::LEN)) {
            sum.store_slice(out);
        }
    }
}
