//! A generated log that never becomes a file.

use super::{SynthOptions, generate};
use crate::data::{Dataset, LoadOptions, load};
use crate::error::Result;
use crate::schema::Schema;

/// Generates the log of `options` and loads it with its preset's schema.
///
/// # Errors
/// As [`generate`] and [`load`]: a log of very few rows may miss a class or a part.
pub fn dataset(options: &SynthOptions) -> Result<Dataset> {
    let mut log = Vec::new();
    generate(options, &mut log, &mut |_| ())?;
    let preset = options.preset.to_string();
    let schema = Schema::preset(&preset)?;
    load(&log[..], &preset, &schema, LoadOptions::default())
}
