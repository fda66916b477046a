//! Results on their way: beside their place under another name, and what killed runs left there is removed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::{Error, ErrorKind, Result};

/// How the name of an unfinished file ends.
const SUFFIX: &str = ".midpg-part";

/// A file that is moved to its place when it is whole. Dropped before that, it leaves nothing; a run that is killed leaves
/// it, and the next one to the same place takes it away.
pub(super) struct Unfinished {
    path: PathBuf,
    pub(super) file: BufWriter<NamedTempFile>,
}

impl Unfinished {
    /// Begins a file that will be at `path`, so that a folder that is missing is found before the work is done.
    pub(super) fn create(path: &Path) -> Result<Self> {
        let folder = folder_of(path)?;
        let failed = |error: io::Error| Error::io(path.display(), &error);
        let prefix = prefix(path);
        clear(folder, &prefix).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(SUFFIX);
        if let Some(permissions) = permissions(path) {
            builder.permissions(permissions);
        }
        // The error names the place and not the temporary name, which tells nobody anything.
        let file = builder
            .tempfile_in(folder)
            .map_err(|error| failed(io::Error::from(error.kind())))?;
        // The lock goes with the process: who can take it knows that the file is nobody's. Where there are no locks,
        // what is left is not removed.
        let _locked = file.as_file().try_lock();
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
        })
    }

    /// Where it will be.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Moves the file to its place.
    pub(super) fn finish(self) -> Result<()> {
        let failed = |error: &io::Error| Error::io(self.path.display(), error);
        let file = self
            .file
            .into_inner()
            .map_err(|error| failed(error.error()))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        file.persist(&self.path)
            .map_err(|error| failed(&error.error))?;
        Ok(())
    }
}

/// How the names begin of all that is unfinished beside `path`.
fn prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or(OsStr::new("midpg")));
    prefix.push("-");
    prefix
}

/// The unfinished file beside `path` that is called `name`, where a name of chance will not do.
#[cfg(feature = "train")]
pub(super) fn named(path: &Path, name: &str) -> PathBuf {
    let mut file = prefix(path);
    file.push(name);
    file.push(SUFFIX);
    path.with_file_name(file)
}

/// The folder of an output that is a file.
pub(super) fn folder_of(path: &Path) -> Result<&Path> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if path.is_dir()
        || bytes
            .last()
            .is_some_and(|&last| std::path::is_separator(last.into()))
    {
        return Err(Error::new(ErrorKind::Io, "is a folder")
            .in_file(path.display())
            .hint("name a file"));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(Error::new(
            ErrorKind::Io,
            format!("the folder {} does not exist", folder.display()),
        )
        .in_file(path.display())
        .hint("create it first"));
    }
    Ok(folder)
}

/// Those of the file that is there already; else an ordinary file's, under the user's umask: the default of 0600 suits
/// secrets.
#[cfg(unix)]
fn permissions(path: &Path) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    let there = fs::metadata(path).map(|there| there.permissions());
    Some(there.unwrap_or_else(|_| Permissions::from_mode(0o666)))
}

#[cfg(not(unix))]
fn permissions(_: &Path) -> Option<Permissions> {
    None
}

/// Removes what killed runs left beside `path`, where that can be looked at.
#[cfg(feature = "train")]
pub(super) fn tidy(path: &Path) {
    if let Ok(folder) = folder_of(path) {
        let _unseen = clear(folder, &prefix(path));
    }
}

/// Removes the unfinished files whose process is no more. What cannot be looked at stays.
fn clear(folder: &Path, prefix: &OsString) -> io::Result<()> {
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
