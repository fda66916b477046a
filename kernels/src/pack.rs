//! Weights in the order in which the tiles read them.

use super::blocks::Blocks;

/// A matrix in panels of `width` columns: panel p holds, for every k, the columns from p·width on, filled up
/// with zeros. `value` gives the entry of (k, column).
pub(super) fn panels(
    (depth, columns): (usize, usize),
    width: usize,
    value: impl Fn(usize, usize) -> f32,
) -> Vec<f32> {
    let count = columns.div_ceil(width);
    let mut packed = vec![0.0; count * depth * width];
    for (p, panel) in packed.chunks_exact_mut((depth * width).max(1)).enumerate() {
        let first = p * width;
        let used = width.min(columns - first);
        for (k, line) in panel.chunks_exact_mut(width).enumerate() {
            for (c, place) in line[..used].iter_mut().enumerate() {
                *place = value(k, first + c);
            }
        }
    }
    packed
}

/// Every block of columns in panels of its own, one block after another, and where each starts.
pub(super) fn block_panels(
    depth: usize,
    blocks: &Blocks,
    width: usize,
    value: impl Fn(usize, usize) -> f32,
) -> (Vec<f32>, Vec<usize>) {
    let mut packed = Vec::new();
    let mut starts = Vec::with_capacity(blocks.count());
    for block in blocks.iter() {
        starts.push(packed.len());
        packed.extend(panels((depth, block.len()), width, |k, c| {
            value(k, block.start + c)
        }));
    }
    (packed, starts)
}
