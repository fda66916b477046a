//! Where a cache is written, and the file in which rows wait.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use tempfile::NamedTempFile;

use super::unfinished::{Unfinished, folder_of};
use crate::error::{Error, ErrorKind, Result};

/// A cache that is being written.
pub(super) struct CacheOutput {
    out: Unfinished,
    /// It has no name, so that nothing is left of it whatever happens.
    spill: File,
}

impl CacheOutput {
    /// Begins a cache at `path`.
    pub(super) fn create(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Err(
                Error::new(ErrorKind::Config, "a cache is written to a file")
                    .hint("--out is a file's name"),
            );
        }
        let folder = folder_of(path)?;
        let spill = tempfile::tempfile_in(folder);
        Ok(Self {
            out: Unfinished::create(path)?,
            spill: spill.map_err(|error| Error::io(path.display(), &error))?,
        })
    }

    /// The cache's file and that of the rows.
    pub(super) fn files(&mut self) -> (&mut BufWriter<NamedTempFile>, &mut File) {
        (&mut self.out.file, &mut self.spill)
    }

    /// Moves the cache to its place.
    pub(super) fn finish(self) -> Result<()> {
        self.out.finish()
    }
}
