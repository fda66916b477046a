//! The first bytes of a cache: what it is, and where its document stands.

use super::document::{damaged, refused};
use super::{AGAIN, VERSION};
use crate::error::{Error, Result};

/// How a cache begins. The first byte is in no text, and a line end that is translated is noticed.
pub(super) const MAGIC: [u8; 8] = *b"\x8fmidpgc\n";
/// The bytes of a prelude.
pub(super) const PRELUDE: usize = 40;

/// The first bytes of a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prelude {
    /// Where the document begins, which is where the chunks end.
    pub(super) document: u64,
    /// The length of the document, which ends the file.
    pub(super) length: u64,
    /// Its checksum.
    pub(super) checksum: u32,
}

impl Prelude {
    pub(super) fn to_bytes(self) -> [u8; PRELUDE] {
        let mut bytes = [0; PRELUDE];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.document.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.length.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.checksum.to_le_bytes());
        // Four bytes stay zero.
        let checksum = crc32fast::hash(&bytes[..36]);
        bytes[36..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the first bytes of a file of `size` bytes; `None` stands for a file that is shorter.
    pub(super) fn read(bytes: Option<&[u8; PRELUDE]>, size: u64) -> Result<Self> {
        let bytes = bytes.ok_or_else(|| damaged("it ends before its header does"))?;
        if bytes[..8] != MAGIC {
            return Err(refused("it is not a cache of encoded rows").hint(AGAIN));
        }
        let version = u32::from_le_bytes(word(bytes, 8));
        if version > VERSION {
            return Err(newer(version));
        }
        if crc32fast::hash(&bytes[..36]) != u32::from_le_bytes(word(bytes, 36)) || version == 0 {
            return Err(damaged("its header has another checksum"));
        }
        let prelude = Self {
            document: u64::from_le_bytes(word(bytes, 12)),
            length: u64::from_le_bytes(word(bytes, 20)),
            checksum: u32::from_le_bytes(word(bytes, 28)),
        };
        let end = prelude.document.checked_add(prelude.length);
        match end {
            Some(end) if prelude.document >= PRELUDE as u64 && end == size => Ok(prelude),
            Some(end) => Err(damaged(&format!("it has {size} bytes, not {end}"))),
            None => Err(damaged("its header speaks of too many bytes")),
        }
    }
}

fn newer(version: u32) -> Error {
    refused(&format!(
        "it is a cache of format {version}, and this midpg reads {VERSION}"
    ))
    .hint("update midpg, or encode it again: midpg encode")
}

fn word<const N: usize>(bytes: &[u8; PRELUDE], at: usize) -> [u8; N] {
    std::array::from_fn(|byte| bytes[at + byte])
}
