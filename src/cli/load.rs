//! Loading a data file with progress, for every command that reads one.

use std::path::Path;
use std::sync::Arc;

use super::input::{self, Input};
use super::{cached, progress};
use crate::data::{Dataset, Encoder, FIRST_VALUE, LabelUse, LoadOptions, OnBadRow, Part, SplitUse};
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
        // Not the schema is missing, but the file.
        None if path != Path::new("-") && !input::is_pattern(path) && !path.exists() => {
            let error = std::fs::metadata(path).err();
            let error = error.unwrap_or(std::io::ErrorKind::NotFound.into());
            Err(Error::io(path.display(), &error))
        }
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
    match (cached::open(path)?, schema) {
        (Some(cache), schema) => {
            cached::check_schema(path, &cache, schema)?;
            cached::read(path, &cache)
        }
        (None, Some(schema)) => dataset(path, Source::Schema(schema), on_bad_row, seed),
        (None, None) => {
            Err(Error::new(ErrorKind::Config, "is not a cache any more").in_file(path.display()))
        }
    }
}

/// Loads `path`; skipped rows are told on the standard error.
pub(super) fn dataset(
    path: &Path,
    source: Source<'_>,
    on_bad_row: OnBadRow,
    seed: u64,
) -> Result<Dataset> {
    if let Source::Encoder(encoder, split, _) = &source
        && let Some(cache) = cached::open(path)?
    {
        cached::check_encoder(path, &cache, encoder)?;
        let mut data = cached::read(path, &cache)?;
        if *split == SplitUse::Whole {
            data.parts.fill(Part::Test);
        }
        return Ok(data);
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
    let data = loaded.map_err(input::can_be_skipped)?;
    input::tell_problems(&bar, &name, &data.report);
    Ok(data)
}

/// How many rows each part has, in one line.
pub(super) fn parts(rows: impl Fn(Part) -> u64, encoder: &Encoder) -> String {
    let [train, valid, test] = [Part::Train, Part::Valid, Part::Test].map(rows);
    format!(
        "{} rows: {train} train, {valid} valid, {test} test; {} scenarios",
        train + valid + test,
        encoder
            .scenarios()
            .len()
            .saturating_sub(FIRST_VALUE as usize),
    )
}
