//! Loading a data file with progress, for every command that reads one.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use indicatif::ProgressBar;

use super::files;
use super::progress;
use super::scores::Format;
use crate::data::{
    self, Dataset, Encoder, FIRST_VALUE, LabelUse, LoadOptions, OnBadRow, Part, SplitUse,
};
use crate::error::{Error, Result};
use crate::schema::Schema;

/// What encodes the rows.
pub(super) enum Source<'a> {
    /// A schema: the vocabularies are learnt from the file.
    Schema(&'a Schema),
    /// An encoder, where parts come from, and whether there must be labels.
    Encoder(&'a Arc<Encoder>, SplitUse, LabelUse),
}

/// A data file, or several that are read as one.
enum Input {
    Text(Box<dyn Read>),
    #[cfg(feature = "parquet")]
    Parquet(data::ParquetFiles),
}

impl Input {
    fn open(path: &Path) -> Result<Self> {
        Ok(match Format::of(path)? {
            #[cfg(feature = "parquet")]
            Format::Parquet => Self::Parquet(data::ParquetFiles::find(path)?),
            _ => Self::Text(files::open(path)?),
        })
    }

    fn size(&self, path: &Path) -> Option<u64> {
        match self {
            Self::Text(_) => files::size(path),
            #[cfg(feature = "parquet")]
            Self::Parquet(files) => Some(files.bytes()),
        }
    }

    fn load(self, name: &str, schema: &Schema, options: LoadOptions<'_>) -> Result<Dataset> {
        match self {
            Self::Text(text) => data::load(text, name, schema, options),
            #[cfg(feature = "parquet")]
            Self::Parquet(files) => data::load_parquet(&files, schema, options),
        }
    }

    fn encode(
        self,
        name: &str,
        encoder: &Arc<Encoder>,
        options: LoadOptions<'_>,
    ) -> Result<Dataset> {
        match self {
            Self::Text(text) => data::encode(text, name, encoder, options),
            #[cfg(feature = "parquet")]
            Self::Parquet(files) => data::encode_parquet(&files, encoder, options),
        }
    }
}

/// A schema by preset name or path.
pub(super) fn schema(name: &str) -> Result<Schema> {
    let is_path =
        name.contains(['/', '\\']) || name.ends_with(".toml") || Path::new(name).is_file();
    if !is_path {
        return Schema::preset(name);
    }
    let bytes = files::read(Path::new(name))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        Error::new(crate::ErrorKind::Schema, format!("is not UTF-8: {error}")).in_file(name)
    })?;
    Schema::parse(&text, name)
}

/// Loads `path`; skipped rows are told on the standard error.
pub(super) fn dataset(
    path: &Path,
    source: Source<'_>,
    on_bad_row: OnBadRow,
    seed: u64,
) -> Result<Dataset> {
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
    tell_problems(&bar, &name, &data);
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

fn tell_problems(bar: &ProgressBar, name: &str, data: &Dataset) {
    let report = &data.report;
    bar.suspend(|| {
        if report.skipped > 0 {
            anstream::eprintln!(
                "warning: {name}: {} of {} rows skipped; the first: {}",
                report.skipped,
                report.rows,
                report.skip_reasons.first().map_or("", String::as_str)
            );
        }
        if report.unsplit > 0 {
            anstream::eprintln!(
                "note: {name}: the split leaves out {} of {} rows",
                report.unsplit,
                report.rows
            );
        }
        if report.unknown_scenarios > 0 {
            anstream::eprintln!(
                "warning: {name}: {} rows have a scenario the model does not know",
                report.unknown_scenarios
            );
        }
    });
}
