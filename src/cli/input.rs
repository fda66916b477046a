//! A data file on its way in, whatever it is written in.

use std::io::Read;
use std::path::Path;
#[cfg(feature = "train")]
use std::sync::Arc;

use indicatif::ProgressBar;

use super::files;
use super::say::note;
use super::scores::Format;
#[cfg(any(feature = "train", feature = "parquet"))]
use crate::data;
use crate::data::{Cache, LoadReport};
#[cfg(feature = "train")]
use crate::data::{Dataset, Encoder, LoadOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Schema;

/// A data file, or several that are read as one.
pub(super) enum Input {
    Text(Box<dyn Read>),
    #[cfg(feature = "parquet")]
    Parquet(data::ParquetFiles),
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(match Format::of(path)? {
            #[cfg(feature = "parquet")]
            Format::Parquet => Self::Parquet(data::ParquetFiles::find(path)?),
            Format::Ndjson => {
                let message = "rows as JSON objects are read by `midpg score` alone";
                return Err(Error::new(ErrorKind::Config, message)
                    .in_file(path.display())
                    .hint("give a delimited text or a Parquet file"));
            }
            Format::Delimited => Self::Text(files::open(path)?),
        })
    }

    pub(super) fn size(&self, path: &Path) -> Option<u64> {
        match self {
            Self::Text(_) => files::size(path),
            #[cfg(feature = "parquet")]
            Self::Parquet(files) => Some(files.bytes()),
        }
    }

    #[cfg(feature = "train")]
    pub(super) fn load(
        self,
        name: &str,
        schema: &Schema,
        options: LoadOptions<'_>,
    ) -> Result<Dataset> {
        match self {
            Self::Text(text) => data::load(text, name, schema, options),
            #[cfg(feature = "parquet")]
            Self::Parquet(files) => data::load_parquet(&files, schema, options),
        }
    }

    #[cfg(feature = "train")]
    pub(super) fn encode(
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

/// Whether a path is that of a cache.
pub(super) fn is_cache(path: &Path) -> Result<bool> {
    Ok(path.is_file() && Cache::is(path)?)
}

/// Whether a path names the files that look like it.
#[cfg(feature = "train")]
pub(super) fn is_pattern(path: &Path) -> bool {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .any(|byte| b"*?[".contains(byte))
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

/// Says of a row that cannot be read what else can be done with it.
pub(super) fn can_be_skipped(error: Error) -> Error {
    match (error.kind(), error.line()) {
        (ErrorKind::Data, Some(2..)) => error.or_hint("--on-bad-row skip leaves such rows out"),
        _ => error,
    }
}

/// Tells what of a file was not used.
pub(super) fn tell_problems(bar: &ProgressBar, name: &str, report: &LoadReport) {
    bar.suspend(|| {
        if report.skipped > 0 {
            note!(
                "warning: {name}: {} of {} rows skipped; the first: {}",
                report.skipped,
                report.rows,
                report.skip_reasons.first().map_or("", String::as_str)
            );
        }
        if report.unsplit > 0 {
            note!(
                "note: {name}: the split leaves out {} of {} rows",
                report.unsplit,
                report.rows
            );
        }
        if report.unknown_scenarios > 0 {
            note!(
                "warning: {name}: {} rows have a scenario the model does not know",
                report.unknown_scenarios
            );
        }
    });
}
