//! Weights in the order in which the tiles read them.

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
