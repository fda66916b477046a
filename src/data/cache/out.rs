//! The file that a cache is written to.

use std::io::{self, Seek, Write};

use crate::error::{Error, ErrorKind, Result};

/// Where chunks are written, and how far.
pub(super) struct Out<W> {
    to: W,
    at: u64,
}

impl<W: Write> Out<W> {
    pub(super) fn new(to: W) -> Self {
        Self { to, at: 0 }
    }

    /// How many bytes were written.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Writes some bytes; where they begin.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<u64> {
        self.to.write_all(bytes).map_err(|error| failed(&error))?;
        let start = self.at;
        self.at += bytes.len() as u64;
        Ok(start)
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.to.flush().map_err(|error| failed(&error))
    }
}

impl<W: Seek> Out<W> {
    /// Goes back to the first byte.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.at = 0;
        self.to.rewind().map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> Error {
    Error::new(ErrorKind::Io, error.to_string())
}

/// Writes and sums up what is written.
pub(super) struct Summed<'a, W> {
    out: &'a mut Out<W>,
    hasher: crc32fast::Hasher,
}

impl<'a, W> Summed<'a, W> {
    pub(super) fn new(out: &'a mut Out<W>) -> Self {
        Self {
            out,
            hasher: crc32fast::Hasher::new(),
        }
    }

    /// The checksum of all that was written.
    pub(super) fn finish(self) -> u32 {
        self.hasher.finalize()
    }
}

impl<W: Write> Write for Summed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.to.write(bytes)?;
        self.out.at += written as u64;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.to.flush()
    }
}
