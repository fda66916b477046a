//! Parquet files: one, a folder of them, or a pattern; read in batches, and only the columns that are wanted.

mod batches;
mod files;
mod guarded;
mod records;
mod stream;

pub(super) use batches::{Batches, Piece, Wanted};
pub use files::ParquetFiles;
#[cfg(feature = "cli")]
pub(crate) use guarded::keep_panics_quiet;
pub(super) use records::ParquetRecords;
pub(super) use stream::ParquetStream;
