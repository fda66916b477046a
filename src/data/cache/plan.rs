//! In which order an epoch takes the training rows.

use std::ops::Range;

use rand::RngCore;

use super::reader::Cache;
use crate::data::Part;
use crate::random::Stream;

/// The order of an epoch, all of it drawn before the first row is read.
#[derive(Debug)]
pub(super) struct Plan {
    /// The chunks in the order in which they are read.
    pub(super) chunks: Vec<u32>,
    /// The chunks of a window.
    window: usize,
    /// The row with which each window begins, and behind them the number of rows.
    starts: Vec<u64>,
    order: Order,
}

#[derive(Debug)]
enum Order {
    /// That of the rows of the only window.
    Drawn(Vec<u32>),
    /// Each window's is drawn when it is read, from a stream of its own.
    Seed(u64),
}

impl Plan {
    /// Draws an epoch.
    ///
    /// Where one window holds all chunks these are not moved, and the order of the rows is the one that
    /// [`Stream::shuffle`] gives to the same rows in memory.
    pub(super) fn draw(cache: &Cache, window: usize, shuffle: &mut Stream) -> Self {
        let window = window.max(1);
        let count = cache.chunks(Part::Train);
        let rows_of = |chunk: &u32| cache.chunk_rows(Part::Train, *chunk as usize) as u64;
        let (chunks, order) = if count <= window {
            let mut order: Vec<u32> = (0..cache.rows(Part::Train) as u32).collect();
            shuffle.shuffle(&mut order);
            ((0..count as u32).collect(), Order::Drawn(order))
        } else {
            let chunks = shuffle.permutation(count);
            (chunks, Order::Seed(shuffle.rng().next_u64()))
        };
        let mut starts = vec![0];
        for chunks in chunks.chunks(window) {
            let start = starts.last().copied().unwrap_or_default();
            starts.push(start + chunks.iter().map(rows_of).sum::<u64>());
        }
        Self {
            chunks,
            window,
            starts,
            order,
        }
    }

    pub(super) fn windows(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn rows(&self) -> u64 {
        self.starts.last().copied().unwrap_or_default()
    }

    /// The window of a row of the epoch, and the row's place in it. The last row's successor is in the last window.
    pub(super) fn find(&self, row: u64) -> (usize, usize) {
        let after = self.starts.partition_point(|&start| start <= row);
        let window = after
            .saturating_sub(1)
            .min(self.windows().saturating_sub(1));
        (window, (row - self.starts[window]) as usize)
    }

    /// The chunks of a window.
    pub(super) fn chunks_of(&self, window: usize) -> &[u32] {
        let Range { start, end } = window * self.window..(window + 1) * self.window;
        let end = end.min(self.chunks.len());
        &self.chunks[start.min(end)..end]
    }

    /// The rows of a window in the order in which they are taken.
    pub(super) fn order_of(&self, window: usize) -> Vec<u32> {
        match &self.order {
            Order::Drawn(order) => order.clone(),
            Order::Seed(seed) => {
                let rows = self.starts[window + 1] - self.starts[window];
                let mut order: Vec<u32> = (0..rows as u32).collect();
                Stream::new(*seed, &format!("window {window}")).shuffle(&mut order);
                order
            }
        }
    }
}
