//! Reading and writing files: outputs appear whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::unfinished::Unfinished;
use crate::error::{Error, ErrorKind, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

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
    File(Unfinished),
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
        Unfinished::create(path).map(Self::File)
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
            Self::Stream { name, mut out } => {
                while_read(out.flush()).map_err(|error| Error::io(name, &error))
            }
            Self::File(file) => file.finish(),
        }
    }

    /// The path, for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(file) => file.path().display().to_string(),
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
            Self::File(to) => to.file.write(bytes),
            Self::Stream { out, .. } => while_read(out.write(bytes)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(to) => to.file.flush(),
            Self::Stream { out, .. } => while_read(out.flush()),
        }
    }
}

/// Whether there is something at `path` that is neither file nor folder: a device, a pipe, a socket.
pub(super) fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Refuses results that would take the place of what they are made from, or of each other. A flag goes with its path.
pub(super) fn apart(results: &[(&str, &Path)], inputs: &[(&str, &Path)]) -> Result<()> {
    for (i, (flag, path)) in results.iter().enumerate() {
        if is_special(path) {
            continue;
        }
        let others = inputs.iter().filter(|(_, input)| *input != Path::new("-"));
        if let Some((other, _)) = others
            .chain(&results[..i])
            .find(|(_, other)| place(path) == place(other))
        {
            let message = format!("{other} and {flag} are one: {}", path.display());
            return Err(Error::new(ErrorKind::Config, message)
                .hint(format!("one would take the other's place: change {flag}")));
        }
    }
    Ok(())
}

/// A path without links, also of a file that is not there yet.
pub(super) fn place(path: &Path) -> PathBuf {
    let whole = path.canonicalize();
    whole.unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder.as_os_str().is_empty() => {
            place(Path::new(".")).join(name)
        }
        (Some(folder), Some(name)) => place(folder).join(name),
        _ => path.to_owned(),
    })
}

/// Writes `text` to the standard output.
pub(super) fn print(text: &str) -> Result<()> {
    write(Path::new("-"), text.as_bytes())
}

/// What became of writing to a stream; or the end, quietly, where who reads it has gone, as `head` goes when it has enough.
fn while_read<T>(result: io::Result<T>) -> io::Result<T> {
    if matches!(&result, Err(error) if error.kind() == io::ErrorKind::BrokenPipe) {
        std::process::exit(0);
    }
    result
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
        let written = self.write_all(bytes);
        written.map_err(|error| Error::io(self.name(), &error))
    }

    /// The path, for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Plain(output) => output.name(),
            Self::Gzip(encoder) => encoder.get_ref().name(),
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

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(output) => output.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Gzip(encoder) => encoder.flush(),
        }
    }
}

/// Writes a whole file at once.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut out = Output::create(path)?;
    out.put(bytes)?;
    out.finish()
}

/// Removes a file, if it is there.
#[cfg(feature = "train")]
pub(super) fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::io(path.display(), &error))
        }
        _ => Ok(()),
    }
}

/// A value as indented JSON with a line end.
pub(super) fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::new(ErrorKind::Io, format!("cannot write JSON: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}
