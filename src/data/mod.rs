//! From a log file to encoded columns.
//!
//! [`load`] reads a file once, learns vocabularies and statistics from its training rows and returns a
//! [`Dataset`]; with the feature `arrow`, `load_batches` does so with record batches. What was learnt, the [`Encoder`], goes into the model file; with it [`encode`] reads another
//! file whole, [`EncodedStream`] in chunks of constant memory, and [`RowEncoder`] row by row from any source.
//! [`CacheWriter`] learns the same from a file that is larger than memory, and writes what [`Cache`] reads. A training
//! run takes either, as [`Examples`].
//!
//! An id is 0 for a value that was not learnt, 1 for a missing one, and from [`FIRST_VALUE`] a known value,
//! the most frequent first.

#[cfg(feature = "arrow")]
mod arrow;
mod cache;
mod cell;
mod collect;
mod columns;
mod counts;
mod encoder;
mod encoder_json;
mod examples;
mod fit;
mod impressions;
mod input_field;
#[cfg(feature = "ndjson")]
mod json_keys;
mod layout;
mod load;
#[cfg(feature = "ndjson")]
mod ndjson;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
mod part;
mod reader;
mod records;
mod row;
mod rows;
mod source;
mod statistics;
mod stream;
pub mod synth;
mod values;
mod vocabulary;

#[cfg(feature = "arrow")]
pub use arrow::ArrowEncoder;
pub use cache::{
    Batch, CHUNK_ROWS, Cache, CacheSummary, CacheWriter, ShuffledRows, VERSION as CACHE_FORMAT,
    WINDOW_CHUNKS,
};
pub use columns::{Columns, FieldColumn};
pub use encoder::Encoder;
pub use examples::{Examples, InMemory, Streamed};
pub use impressions::{Impression, impressions};
pub use input_field::InputField;
pub use load::{Dataset, LoadReport, encode, load};
#[cfg(feature = "arrow")]
pub use load::{encode_batches, load_batches};
#[cfg(feature = "parquet")]
pub use load::{encode_parquet, load_parquet};
pub use options::{LabelUse, LoadOptions, OnBadRow, SplitUse, StreamOptions};
#[cfg(feature = "parquet")]
pub use parquet::ParquetFiles;
pub use part::{FittedSplit, Part};
pub use reader::LINE_LIMIT;
pub use row::{Row, RowEncoder};
pub use rows::{Kept, RawRows, RowFormat};
pub use stream::{Chunk, ChunkEncoder, EncodedStream, RawStream};
pub use values::Values;
pub use vocabulary::Vocabulary;

pub(crate) use layout::TRUTH;
#[cfg(all(feature = "cli", feature = "parquet"))]
pub(crate) use parquet::keep_panics_quiet;
pub(crate) use source::{open, read_error};
#[cfg(feature = "onnx")]
pub(crate) use vocabulary::FURTHEST;

/// The id of a value that was not learnt.
pub const UNKNOWN: u32 = 0;
/// The id of a missing value.
pub const MISSING: u32 = 1;
/// The id of the first known value.
pub const FIRST_VALUE: u32 = 2;

#[cfg(test)]
mod tests;
