//! Rows brought together by a key, so that rows with the same weights are worked in one go.

use std::ops::Range;

/// Rows by key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Groups {
    /// For each sorted place the row that stands there.
    pub(super) order: Vec<u32>,
    /// The keys that occur and their places.
    pub(super) parts: Vec<(usize, Range<usize>)>,
}

impl Groups {
    pub(super) fn new(keys: impl Iterator<Item = usize>) -> Self {
        let keys: Vec<usize> = keys.collect();
        Self::of(&keys)
    }

    /// By counting: keys are as few as scenarios. Rows of one key stay in their order.
    fn of(keys: &[usize]) -> Self {
        let mut parts: Vec<(usize, Range<usize>)> = Vec::new();
        let mut next = vec![0_usize; keys.iter().max().map_or(0, |most| most + 1)];
        for &key in keys {
            next[key] += 1;
        }
        let mut place = 0;
        for (key, next) in next.iter_mut().enumerate() {
            let rows = std::mem::replace(next, place);
            if rows > 0 {
                parts.push((key, place..place + rows));
            }
            place += rows;
        }
        let mut order = vec![0; keys.len()];
        for (row, &key) in keys.iter().enumerate() {
            order[next[key]] = row as u32;
            next[key] += 1;
        }
        Self { order, parts }
    }

    /// The rows of `values` (`width` numbers each) in sorted order.
    pub(super) fn sort(&self, values: &[f32], width: usize, out: &mut [f32]) {
        for (out, &row) in out.chunks_exact_mut(width).zip(&self.order) {
            out.copy_from_slice(&values[row as usize * width..][..width]);
        }
    }

    /// One number a row back to where the row was.
    pub(super) fn restore(&self, sorted: &[f32], out: &mut [f32]) {
        for (value, &row) in sorted.iter().zip(&self.order) {
            out[row as usize] = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_together_and_go_back() {
        let groups = Groups::new([3, 0, 2, 3, 0].into_iter());
        assert_eq!(groups.order, [1, 4, 2, 0, 3]);
        assert_eq!(groups.parts, [(0, 0..2), (2, 2..3), (3, 3..5)]);
        let values = [30., 31., 0., 1., 20., 21., 32., 33., 2., 3.];
        let mut sorted = [0.0; 10];
        groups.sort(&values, 2, &mut sorted);
        assert_eq!(sorted, [0., 1., 2., 3., 20., 21., 30., 31., 32., 33.]);
        let mut back = [0.0; 5];
        groups.restore(&[1., 4., 2., 0., 3.], &mut back);
        assert_eq!(back, [0., 1., 2., 3., 4.]);
    }
}
