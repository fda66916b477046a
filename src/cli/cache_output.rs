//! Where a cache is written: beside its place, and what killed runs left there is removed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::files;
use crate::error::{Error, ErrorKind, Result};

/// How the name of an unfinished cache ends.
const SUFFIX: &str = ".midpg-part";

/// A cache that is being written, with the file in which rows wait.
pub(super) struct CacheOutput {
    path: PathBuf,
    pub(super) file: BufWriter<NamedTempFile>,
    /// It has no name, so that nothing is left of it whatever happens.
    pub(super) spill: File,
}

impl CacheOutput {
    /// Begins a cache at `path`.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let folder = files::folder_of(path)?;
        let name = match path.file_name() {
            Some(name) if path != Path::new("-") => name,
            _ => {
                return Err(
                    Error::new(ErrorKind::Config, "a cache is written to a file")
                        .hint("--out is a file's name"),
                );
            }
        };
        let mut prefix = OsString::from(".");
        prefix.push(name);
        prefix.push("-");
        let failed = |error: std::io::Error| Error::io(path.display(), &error);
        clear(folder, &prefix).map_err(failed)?;
        let file = files::beside(path, folder, &prefix, SUFFIX)?;
        // The lock goes with the process: who can take it knows that the file is nobody's. Where there are no locks,
        // what is left is not removed.
        let _locked = file.get_ref().as_file().try_lock();
        Ok(Self {
            path: path.to_owned(),
            file,
            spill: tempfile::tempfile_in(folder).map_err(failed)?,
        })
    }

    /// Moves the cache to its place.
    pub(super) fn finish(self) -> Result<()> {
        files::persist(self.file, &self.path)
    }
}

/// Removes the unfinished caches whose process is no more.
fn clear(folder: &Path, prefix: &OsString) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let bytes = name.as_encoded_bytes();
        let unfinished = bytes.starts_with(prefix.as_encoded_bytes())
            && bytes.ends_with(SUFFIX.as_bytes())
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        if unfinished
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            // Another run may be removing it too.
            let _removed = fs::remove_file(entry.path());
        }
    }
    Ok(())
}
