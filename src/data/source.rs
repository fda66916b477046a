//! The bytes below the reader: progress, gzip, and the guard against endless lines.

use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind, Result};

/// A number that two layers of the pipe share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Counter {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

struct Counted<R> {
    inner: R,
    count: Counter,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// An opened source.
pub(crate) struct Opened<'a> {
    /// The unpacked bytes, without a byte order mark.
    pub(crate) bytes: Box<dyn Read + 'a>,
    /// Whether there was a byte order mark.
    pub(super) marked: bool,
    /// The bytes taken from the source so far.
    pub(super) taken: Counter,
}

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Opens `source`, unpacking it when it is gzip (told by its first bytes).
pub(crate) fn open<'a>(source: impl Read + 'a) -> Result<Opened<'a>> {
    let taken = Counter::default();
    let source = Counted {
        inner: source,
        count: taken.clone(),
    };
    let (magic, whole) = peek(BufReader::with_capacity(1 << 16, source), 2)?;
    let bytes: Box<dyn Read + 'a> = if magic == [0x1f, 0x8b] {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    };
    let (mark, whole) = peek(bytes, 3)?;
    let marked = mark == BYTE_ORDER_MARK;
    let mut bytes = Box::new(whole);
    if marked {
        bytes.read_exact(&mut [0; 3]).map_err(|e| read_error(&e))?;
    }
    Ok(Opened {
        bytes,
        marked,
        taken,
    })
}

/// The first `count` bytes (fewer at the end), and a reader that gives them again.
fn peek<R: Read>(mut source: R, count: u64) -> Result<(Vec<u8>, impl Read + use<R>)> {
    let mut first = Vec::new();
    source
        .by_ref()
        .take(count)
        .read_to_end(&mut first)
        .map_err(|error| read_error(&error))?;
    Ok((first.clone(), Cursor::new(first).chain(source)))
}

/// What a failed read means.
pub(crate) fn read_error(error: &io::Error) -> Error {
    match error.kind() {
        _ if error
            .get_ref()
            .is_some_and(|inner| inner.is::<RecordTooLong>()) =>
        {
            Error::new(ErrorKind::Data, "the line is longer than 1 MiB")
                .hint("is a quote left open, or the file not text?")
        }
        // Plain files and pipes never fail in these ways.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            Error::new(
                ErrorKind::Data,
                format!("the gzip data is damaged: {error}"),
            )
        }
        _ => Error::new(ErrorKind::Io, error.to_string()),
    }
}

/// Hashes what is read, and stops a record that does not end.
///
/// The CSV parser asks for bytes only when it has used up what it had, so `given` less the position where
/// the current record starts is exactly how long that record is already, with the blank lines before it.
pub(super) struct Guard<'a> {
    inner: Box<dyn Read + 'a>,
    given: u64,
    record_start: Counter,
    /// The end of the last byte that is not a line's end.
    text_end: u64,
    /// Where blank lines before the current record ended last.
    blank_end: u64,
    limit: u64,
    hash: Sha256,
    /// The bytes given last.
    latest: Vec<u8>,
}

/// The error of a record that does not end, inside an [`io::Error`].
#[derive(Debug)]
pub(super) struct RecordTooLong;

impl std::fmt::Display for RecordTooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("record too long")
    }
}

impl std::error::Error for RecordTooLong {}

impl<'a> Guard<'a> {
    pub(super) fn new(opened: Opened<'a>, record_start: Counter, limit: u64) -> Self {
        let mut hash = Sha256::new();
        if opened.marked {
            hash.update(BYTE_ORDER_MARK);
        }
        Self {
            inner: opened.bytes,
            given: 0,
            record_start,
            text_end: 0,
            blank_end: 0,
            limit,
            hash,
            latest: Vec::new(),
        }
    }

    /// The byte before `position`, if it is among those given last.
    pub(super) fn byte_before(&self, position: u64) -> Option<u8> {
        let back = usize::try_from(self.given.checked_sub(position)?).ok()?;
        let index = self.latest.len().checked_sub(back + 1)?;
        self.latest.get(index).copied()
    }

    /// The SHA-256 of what was read, in hexadecimal.
    pub(super) fn digest(&self) -> String {
        hexadecimal(self.hash.clone())
    }
}

/// A digest as text.
pub(super) fn hexadecimal(hash: Sha256) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Read for Guard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = self.record_start.get();
        if self.given.saturating_sub(start.max(self.blank_end)) > self.limit {
            return Err(io::Error::other(RecordTooLong));
        }
        let read = self.inner.read(buffer)?;
        if read > 0 {
            let text = |byte: &u8| !matches!(byte, b'\n' | b'\r');
            if let Some(last) = buffer[..read].iter().rposition(text) {
                self.text_end = self.given + last as u64 + 1;
            }
            self.given += read as u64;
            if self.text_end <= start {
                self.blank_end = self.given;
            }
            self.hash.update(&buffer[..read]);
            self.latest.clear();
            self.latest.extend_from_slice(&buffer[..read]);
        }
        Ok(read)
    }
}
