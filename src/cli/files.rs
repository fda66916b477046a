//! Reading and writing files: outputs appear whole or not at all.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::error::{Error, ErrorKind, Result};

/// Opens an input; `-` is the standard input.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).map_err(|error| Error::io(path.display(), &error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::new(ErrorKind::Io, "is a folder, not a file").in_file(path.display()));
    }
    Ok(Box::new(file))
}

/// The size of an input, where it is known.
pub(super) fn size(path: &Path) -> Option<u64> {
    std::fs::metadata(path)
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|metadata| metadata.len())
}

/// Reads a whole file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::io(path.display(), &error))
}

/// An output that is written beside its place and moved there by [`finish`](Self::finish). Dropped
/// before that, it leaves nothing. The standard output, `-`, is written as it comes; so is what is no file
/// (`/dev/null`, a pipe), as a file that is moved there would take its place.
pub(super) enum Output {
    File {
        path: PathBuf,
        file: BufWriter<NamedTempFile>,
    },
    Stream {
        name: String,
        out: BufWriter<Box<dyn Write + Send>>,
    },
}

impl Output {
    /// Begins an output at `path`, so that a folder that is missing is found before the work is done.
    pub(super) fn create(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::stream("<stdout>".to_owned(), io::stdout()));
        }
        if is_special(path) {
            let file = File::options().write(true).open(path);
            let file = file.map_err(|error| Error::io(path.display(), &error))?;
            return Ok(Self::stream(path.display().to_string(), file));
        }
        // What a link points to is replaced, not the link.
        let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = folder_of(path)?;
        let file = beside(path, folder, OsStr::new(".midpg-"), ".part")?;
        Ok(Self::File {
            path: path.to_owned(),
            file,
        })
    }

    fn stream(name: String, out: impl Write + Send + 'static) -> Self {
        let out = BufWriter::new(Box::new(out) as Box<dyn Write + Send>);
        Self::Stream { name, out }
    }

    /// Finds what would keep an output from `path`, before the work is done.
    #[cfg(feature = "train")]
    pub(super) fn check(path: &Path) -> Result<()> {
        if !is_special(path) {
            drop(Self::create(path)?);
        }
        Ok(())
    }

    /// Moves the output to its place.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Stream { name, mut out } => out.flush().map_err(|error| Error::io(name, &error)),
            Self::File { path, file } => persist(file, &path),
        }
    }

    /// The path, for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        }
    }

    /// Writes all of `bytes`.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        let name = self.name();
        self.write_all(bytes)
            .map_err(|error| Error::io(name, &error))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File { file, .. } => file.write(bytes),
            Self::Stream { out, .. } => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File { file, .. } => file.flush(),
            Self::Stream { out, .. } => out.flush(),
        }
    }
}

/// Whether there is something at `path` that is neither file nor folder: a device, a pipe, a socket.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// The folder of an output that is a file.
pub(super) fn folder_of(path: &Path) -> Result<&Path> {
    if path.is_dir() {
        return Err(Error::new(ErrorKind::Io, "is a folder")
            .in_file(path.display())
            .hint("--out is a file's name"));
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

/// A temporary file in the folder of an output.
pub(super) fn beside(
    path: &Path,
    folder: &Path,
    prefix: &OsStr,
    suffix: &str,
) -> Result<BufWriter<NamedTempFile>> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(suffix);
    #[cfg(unix)]
    {
        // The default of 0600 suits secrets; a model is an ordinary file, under the user's umask.
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder);
    file.map(BufWriter::new)
        .map_err(|error| Error::io(path.display(), &error))
}

/// Moves a temporary file to the place of its output.
pub(super) fn persist(file: BufWriter<NamedTempFile>, path: &Path) -> Result<()> {
    let failed = |error: &io::Error| Error::io(path.display(), error);
    let file = file.into_inner().map_err(|error| failed(error.error()))?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// An output that is packed where its name ends in `.gz`.
pub(super) enum Sink {
    Plain(Output),
    Gzip(GzEncoder<Output>),
}

impl Sink {
    /// Begins an output, as [`Output::create`].
    pub(super) fn create(path: &Path) -> Result<Self> {
        let output = Output::create(path)?;
        Ok(match path.extension() {
            Some(gz) if gz == "gz" => Self::Gzip(GzEncoder::new(output, Compression::fast())),
            _ => Self::Plain(output),
        })
    }

    /// Writes all of `bytes`.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Plain(output) => output.put(bytes),
            Self::Gzip(encoder) => {
                let written = encoder.write_all(bytes);
                written.map_err(|error| Error::io(encoder.get_ref().name(), &error))
            }
        }
    }

    /// Moves the output to its place.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Plain(output) => output.finish(),
            Self::Gzip(encoder) => {
                let name = encoder.get_ref().name();
                let output = encoder.finish();
                output.map_err(|error| Error::io(name, &error))?.finish()
            }
        }
    }
}

/// Writes a whole file at once.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut out = Output::create(path)?;
    out.put(bytes)?;
    out.finish()
}

/// A value as indented JSON with a line end.
pub(super) fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::new(ErrorKind::Io, format!("cannot write JSON: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}
