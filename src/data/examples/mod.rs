//! Labelled rows to train, validate and test on, whether memory holds them or not.

mod in_memory;
mod streamed;

use std::sync::Arc;

pub use in_memory::InMemory;
pub use streamed::Streamed;

use super::{Batch, Columns, Dataset, Encoder, LoadReport, Part};
use crate::error::Result;
use crate::random::Stream;

/// What a training run reads: [`InMemory`], or [`Streamed`] from a cache.
///
/// Both give the same rows in the same order where the cache's window holds all of its chunks.
pub trait Examples: Send {
    /// What turned raw rows into ids.
    fn encoder(&self) -> &Arc<Encoder>;

    /// What happened while the rows were encoded.
    fn report(&self) -> &LoadReport;

    /// Whether there are labels.
    fn has_labels(&self) -> bool;

    /// The rows of a part.
    fn rows(&self, part: Part) -> u64;

    /// The training rows whose label is 1.
    fn positives(&self) -> u64;

    /// How often each distinct scenario-aware tuple of the training rows occurs, rising.
    fn tuple_counts(&self) -> Vec<u64>;

    /// The chunks of a window where an epoch's order is drawn window by window; `None` where it is drawn from all
    /// training rows at once.
    fn window(&self) -> Option<usize>;

    /// Begins an epoch: its order is drawn from `shuffle`, which then stands where the next epoch's begins, and
    /// `position` rows of it have been used already. Batches have `batch` rows, the epoch's last one what is left.
    ///
    /// # Errors
    /// Those of reading rows, and [`ErrorKind::ModelFile`](crate::ErrorKind::ModelFile) for a position behind the last
    /// row, which only a checkpoint of other data can have.
    fn begin_epoch(&mut self, shuffle: &mut Stream, batch: usize, position: u64) -> Result<()>;

    /// The next training rows; `None` at the epoch's end, and before the first epoch.
    ///
    /// # Errors
    /// Those of reading rows.
    fn next_batch(&mut self) -> Result<Option<Batch<'_>>>;

    /// The rows of a part, block by block from 0, in the order of the log; `None` behind the last block.
    ///
    /// # Errors
    /// Those of reading rows.
    fn block(&mut self, part: Part, index: usize) -> Result<Option<Batch<'_>>>;

    /// The rows as a whole, where they are in memory.
    fn dataset(&self) -> Option<&Dataset>;
}

impl<T: Into<InMemory>> From<T> for Box<dyn Examples> {
    fn from(data: T) -> Self {
        Box::new(data.into())
    }
}

impl From<Streamed> for Box<dyn Examples> {
    fn from(rows: Streamed) -> Self {
        Box::new(rows)
    }
}
