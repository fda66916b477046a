//! How an axis falls into blocks.

use std::ops::Range;

/// An axis of some places in blocks that differ in size by at most one: place i is in block ⌊i·count/places⌋.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    /// Where each block starts, and the end of the last.
    starts: Vec<usize>,
}

impl Blocks {
    /// `places` places in `count` blocks; `count` is from 1 to `places`.
    pub fn new(places: usize, count: usize) -> Self {
        let count = count.clamp(1, places.max(1));
        let starts = (0..=count).map(|b| (b * places).div_ceil(count)).collect();
        Self { starts }
    }

    /// Places of the axis.
    pub fn places(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Blocks of the axis.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The places of every block, in order.
    pub fn iter(&self) -> impl Iterator<Item = Range<usize>> {
        self.starts.windows(2).map(|w| w[0]..w[1])
    }

    /// The size that all blocks have, if they have one.
    pub fn even(&self) -> Option<usize> {
        let places = self.places();
        places
            .is_multiple_of(self.count())
            .then(|| places / self.count())
    }

    /// The block of every vector of `lanes` places, the last filled up; none where a vector has places of two blocks.
    pub(crate) fn of_vectors(&self, lanes: usize) -> Option<Vec<usize>> {
        let mut vectors = Vec::with_capacity(self.places().div_ceil(lanes));
        for (b, block) in self.iter().enumerate() {
            if block.end < self.places() && !block.end.is_multiple_of(lanes) {
                return None;
            }
            vectors.resize(block.end.div_ceil(lanes), b);
        }
        Some(vectors)
    }
}
