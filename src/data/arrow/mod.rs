//! Rows as Arrow record batches.
//!
//! A cell means what the same cell of a delimited file means: columns of numbers, times and lists are written as the
//! text that the schema asks for, and go the way of all text. So a model gives a row the same probability, whatever the
//! row came in.
//!
//! | field | types that fit |
//! |---|---|
//! | categorical | text, integers, booleans (`true`, `false`); with `item` lists too |
//! | numeric | text, integers, floats; NaN is a missing value |
//! | multi | text, integers, lists of either |
//! | timestamp | text, integers and whole floats in the schema's format; timestamps and dates, whatever the format: their clock (UTC where they have a zone) is moved by the schema's `utc_offset` |
//! | label, split | text, integers, floats, booleans (`1`, `0`); for a split by day as timestamp |
//!
//! Text may be dictionary-encoded: each entry is looked up once. Anything else is an error that names the column.

mod binding;
mod cells;
mod encode;
mod records;
mod render;
mod uses;

pub use encode::ArrowEncoder;

pub(super) use binding::ArrowRow;
#[cfg(feature = "parquet")]
pub(super) use binding::{ArrowRows, Binding};
pub(super) use records::BatchRecords;
#[cfg(feature = "parquet")]
pub(super) use render::plain;
