//! Loading a data file with progress, for every command that reads one.

use std::path::Path;
use std::sync::Arc;

use super::input::{self, Input};
use super::progress;
use crate::data::{
    Cache, Dataset, Encoder, FIRST_VALUE, LabelUse, LoadOptions, OnBadRow, Part, SplitUse,
};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Schema;

/// What encodes the rows.
pub(super) enum Source<'a> {
    /// A schema: the vocabularies are learnt from the file.
    Schema(&'a Schema),
    /// An encoder, where parts come from, and whether there must be labels.
    Encoder(&'a Arc<Encoder>, SplitUse, LabelUse),
}

/// The schema to learn `path` with; a cache has been learnt from and brings its own.
pub(super) fn schema_for(path: &Path, schema: Option<&str>) -> Result<Option<Schema>> {
    match schema {
        Some(name) => input::schema(name).map(Some),
        None if input::is_cache(path)? => Ok(None),
        None => clap::Error::raw(
            clap::error::ErrorKind::MissingRequiredArgument,
            "--schema is needed: only a cache, made by midpg encode, brings its own\n",
        )
        .exit(),
    }
}

/// Loads what [`schema_for`] gave a schema for: a log, or a cache of the same schema.
pub(super) fn learn(
    path: &Path,
    schema: Option<&Schema>,
    on_bad_row: OnBadRow,
    seed: u64,
) -> Result<Dataset> {
    if !input::is_cache(path)?
        && let Some(schema) = schema
    {
        return dataset(path, Source::Schema(schema), on_bad_row, seed);
    }
    let cache = Cache::open(path)?;
    if schema.is_some_and(|schema| schema != cache.encoder().schema()) {
        let message = "the cache was encoded with another schema than --schema";
        return Err(Error::new(ErrorKind::Schema, message)
            .in_file(path.display())
            .hint("leave --schema out, or encode the log again"));
    }
    cached(path, &cache)
}

/// Reads a cache whole.
fn cached(path: &Path, cache: &Cache) -> Result<Dataset> {
    let rows = [Part::Train, Part::Valid, Part::Test].map(|part| cache.rows(part));
    let bar = progress::steps(rows.iter().sum());
    bar.set_prefix("reading");
    let data = cache.dataset();
    bar.finish_and_clear();
    let data = data?;
    input::tell_problems(&bar, &path.display().to_string(), &data.report);
    Ok(data)
}

/// Reads a cache for a model, which must have the cache's vocabularies.
fn cached_for(path: &Path, encoder: &Encoder, split: SplitUse) -> Result<Dataset> {
    let cache = Cache::open(path)?;
    if **cache.encoder() != *encoder {
        let message = "the cache was encoded with other vocabularies than the model's";
        return Err(Error::new(ErrorKind::Data, message)
            .in_file(path.display())
            .hint("give the log itself: --data LOG"));
    }
    let mut data = cached(path, &cache)?;
    if split == SplitUse::Whole {
        data.parts.fill(Part::Test);
    }
    Ok(data)
}

/// Loads `path`; skipped rows are told on the standard error.
pub(super) fn dataset(
    path: &Path,
    source: Source<'_>,
    on_bad_row: OnBadRow,
    seed: u64,
) -> Result<Dataset> {
    if let Source::Encoder(encoder, split, _) = &source
        && input::is_cache(path)?
    {
        return cached_for(path, encoder, *split);
    }
    let name = path.display().to_string();
    let input = Input::open(path)?;
    let bar = progress::bytes("reading", input.size(path));
    let mut tell = |read: u64| bar.set_position(read);
    let options = LoadOptions {
        on_bad_row,
        seed,
        label: match source {
            Source::Encoder(_, _, label) => label,
            Source::Schema(_) => LabelUse::Required,
        },
        split: match source {
            Source::Encoder(_, split, _) => split,
            Source::Schema(_) => SplitUse::Fitted,
        },
        progress: Some(&mut tell),
        ..Default::default()
    };
    let loaded = match source {
        Source::Schema(schema) => input.load(&name, schema, options),
        Source::Encoder(encoder, ..) => input.encode(&name, encoder, options),
    };
    bar.finish_and_clear();
    let data = loaded?;
    input::tell_problems(&bar, &name, &data.report);
    Ok(data)
}

/// How many rows each part has, in one line.
pub(super) fn parts(data: &Dataset) -> String {
    let [train, valid, test] =
        [Part::Train, Part::Valid, Part::Test].map(|part| data.rows_of(part).len());
    format!(
        "{} rows: {train} train, {valid} valid, {test} test; {} scenarios",
        data.columns.rows,
        data.encoder
            .scenarios()
            .len()
            .saturating_sub(FIRST_VALUE as usize),
    )
}
