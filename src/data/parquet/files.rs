//! Which files a path stands for.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::data::source::hexadecimal;
use crate::error::{Error, ErrorKind, Result};

/// Parquet files that are read as one, in the order of their paths.
#[derive(Debug, Clone)]
pub struct ParquetFiles {
    name: String,
    files: Vec<PathBuf>,
}

impl ParquetFiles {
    /// Whether a path looks like Parquet: a name that ends in `.parquet`, a pattern of such names, or a folder with such
    /// a file in it.
    pub fn is(path: &Path) -> bool {
        is_file_name(path) || (path.is_dir() && walk(path).is_ok_and(|files| !files.is_empty()))
    }

    /// The files that `path` stands for: itself, all in the folder and the folders in it, or those that match the
    /// pattern (`*`, `?`, `**`, `[…]`). Names that start with `_` or `.` are passed over in folders, as Spark does.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] when there are none.
    pub fn find(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let mut files = if path.is_dir() {
            walk(path).map_err(|error| Error::io(&name, &error))?
        } else if path.exists() {
            vec![path.to_owned()]
        } else {
            matches(&name)?
        };
        files.sort();
        if files.is_empty() {
            return Err(Error::new(ErrorKind::Io, "there is no Parquet file")
                .in_file(&name)
                .hint("give a file, a folder of *.parquet files, or a pattern in quotes"));
        }
        Ok(Self { name, files })
    }

    /// What was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The files.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Their size in bytes.
    pub fn bytes(&self) -> u64 {
        let sizes = self
            .files
            .iter()
            .filter_map(|file| std::fs::metadata(file).ok());
        sizes.map(|metadata| metadata.len()).sum()
    }

    /// The SHA-256 of the files one after the other, in hexadecimal.
    pub(super) fn digest(&self) -> Result<String> {
        let mut hash = Sha256::new();
        for file in &self.files {
            let failed = |error: io::Error| Error::io(file.display(), &error);
            let mut source = File::open(file).map_err(failed)?;
            io::copy(&mut source, &mut hash).map_err(failed)?;
        }
        Ok(hexadecimal(hash))
    }
}

fn is_file_name(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "parquet")
}

fn walk(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(['_', '.']) {
            continue;
        }
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            files.extend(walk(&path)?);
        } else if is_file_name(&path) {
            files.push(path);
        }
    }
    Ok(files)
}

fn matches(pattern: &str) -> Result<Vec<PathBuf>> {
    let wrong = |what: String| Error::new(ErrorKind::Io, what).in_file(pattern);
    let found = glob::glob(pattern)
        .map_err(|error| wrong(format!("is neither a file nor a pattern: {error}")))?;
    let mut files = Vec::new();
    for path in found {
        let path = path.map_err(|error| wrong(error.to_string()))?;
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}
