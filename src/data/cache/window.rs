//! Windows of chunks read ahead of their use.

use std::sync::Arc;

use super::reader::Cache;
use crate::data::{Columns, Part};
use crate::error::Result;

/// Reads chunks of the training part, one behind the other, in place of what `columns` held, with room for some rows
/// more.
pub(super) fn read(
    cache: &Cache,
    chunks: &[u32],
    mut columns: Columns,
    more: usize,
) -> Result<Columns> {
    columns.clear();
    let rows = |chunk: &u32| cache.chunk_rows(Part::Train, *chunk as usize);
    columns.reserve(chunks.iter().map(rows).sum::<usize>() + more);
    for &chunk in chunks {
        cache.append_chunk(Part::Train, chunk as usize, &mut columns)?;
    }
    Ok(columns)
}

/// A window that is being read.
#[derive(Debug)]
pub(super) struct Ahead {
    #[cfg(not(target_family = "wasm"))]
    thread: std::thread::JoinHandle<Result<Columns>>,
    #[cfg(target_family = "wasm")]
    read: (Arc<Cache>, Vec<u32>, Columns, usize),
}

impl Ahead {
    /// Begins to read; `None` where there is no thread to be had, and the window is read when it is needed.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn begin(
        cache: &Arc<Cache>,
        chunks: &[u32],
        columns: Columns,
        more: usize,
    ) -> Option<Self> {
        let (cache, chunks) = (Arc::clone(cache), chunks.to_vec());
        let thread = std::thread::Builder::new().name("midpg-read-ahead".to_owned());
        let thread = thread.spawn(move || read(&cache, &chunks, columns, more));
        thread.ok().map(|thread| Self { thread })
    }

    /// The window; `None` when its thread died.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn wait(self) -> Option<Result<Columns>> {
        self.thread.join().ok()
    }

    #[cfg(target_family = "wasm")]
    pub(super) fn begin(
        cache: &Arc<Cache>,
        chunks: &[u32],
        columns: Columns,
        more: usize,
    ) -> Option<Self> {
        let read = (Arc::clone(cache), chunks.to_vec(), columns, more);
        Some(Self { read })
    }

    #[cfg(target_family = "wasm")]
    pub(super) fn wait(self) -> Option<Result<Columns>> {
        let (cache, chunks, columns, more) = self.read;
        Some(read(&cache, &chunks, columns, more))
    }
}
