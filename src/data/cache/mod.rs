//! Encoded rows on disk, to train on more rows than memory holds.
//!
//! [`CacheWriter`] reads a log once, learns its encoder as [`load`](super::load) does and writes the encoded rows by
//! part, in chunks of columns; memory does not grow with them. [`Cache`] reads them back, a chunk or all at once, and
//! [`ShuffledRows`] draws an epoch's batches from them. The format: docs/cache-file.md.

mod chunk;
mod column;
mod document;
mod encode;
mod encoding;
mod file;
mod out;
mod part_writer;
mod plan;
mod prelude;
mod reader;
mod shuffled;
mod spill;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
mod window;

pub use encode::{CacheSummary, CacheWriter};
pub use reader::Cache;
pub use shuffled::{Batch, ShuffledRows};

/// The most rows of a chunk.
pub const CHUNK_ROWS: usize = 1 << 16;
/// How many chunks are shuffled together, where nothing else is asked for.
pub const WINDOW_CHUNKS: usize = 16;

/// The version of the format.
pub const VERSION: u32 = 1;

/// What to do about a cache that cannot be used.
const AGAIN: &str = "encode it again: midpg encode";
