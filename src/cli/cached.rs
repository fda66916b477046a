//! A cache in the place of a log.

use std::path::Path;
use std::sync::Arc;

use super::{input, progress};
use crate::data::{Cache, Dataset, Encoder, Examples, Part, Streamed};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Schema;

/// The cache at `path`; `None` where the file is something else.
pub(super) fn open(path: &Path) -> Result<Option<Cache>> {
    if !input::is_cache(path)? {
        return Ok(None);
    }
    Cache::open(path).map(Some)
}

/// Whether a cache was encoded with a schema, where one is asked for.
pub(super) fn check_schema(path: &Path, cache: &Cache, schema: Option<&Schema>) -> Result<()> {
    if schema.is_none_or(|schema| schema == cache.encoder().schema()) {
        return Ok(());
    }
    let message = "the cache was encoded with another schema than --schema";
    Err(Error::new(ErrorKind::Schema, message)
        .in_file(path.display())
        .hint("leave --schema out, or encode the log again"))
}

/// Whether a cache has a model's vocabularies.
pub(super) fn check_encoder(path: &Path, cache: &Cache, encoder: &Encoder) -> Result<()> {
    if **cache.encoder() == *encoder {
        return Ok(());
    }
    let message = "the cache was encoded with other vocabularies than the model's";
    Err(Error::new(ErrorKind::Data, message)
        .in_file(path.display())
        .hint("give the log itself: --data LOG"))
}

/// Reads a cache whole.
pub(super) fn read(path: &Path, cache: &Cache) -> Result<Dataset> {
    let rows = [Part::Train, Part::Valid, Part::Test].map(|part| cache.rows(part));
    let bar = progress::steps(rows.iter().sum());
    bar.set_prefix("reading");
    let data = cache.dataset();
    bar.finish_and_clear();
    let data = data?;
    input::tell_problems(&bar, &path.display().to_string(), &data.report);
    Ok(data)
}

/// The rows of a cache: in memory where `window_rows` are all that there are to train on, else streamed.
pub(super) fn examples(path: &Path, cache: Cache, window_rows: usize) -> Result<Box<dyn Examples>> {
    if cache.rows(Part::Train) <= window_rows as u64 {
        return Ok(Arc::new(read(path, &cache)?).into());
    }
    Ok(Streamed::new(Arc::new(cache), window_rows).into())
}
