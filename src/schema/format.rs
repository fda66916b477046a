//! How a log file is written.

use serde::{Deserialize, Serialize};

use super::text::texts;
use crate::error::{Error, ErrorKind, Result};

/// The separator, quoting and missing markers of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Format {
    /// The character between two cells, one byte: `","`, `"\t"`, `" "` or `";"`.
    pub delimiter: String,
    /// Whether `"` quotes a cell.
    pub quoting: bool,
    /// Cells that mean "no value"; an item of a list may be one too.
    #[serde(deserialize_with = "texts")]
    pub missing: Vec<String>,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            delimiter: ",".into(),
            quoting: true,
            missing: vec![String::new()],
        }
    }
}

impl Format {
    /// The delimiter as the byte it is.
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] when it is not one ASCII character that can part cells.
    pub fn delimiter_byte(&self) -> Result<u8> {
        match *self.delimiter.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(byte),
            _ => Err(Error::new(
                ErrorKind::Schema,
                format!(
                    "format.delimiter: {} is not one ASCII character",
                    crate::error::quote(&self.delimiter)
                ),
            )
            .hint(r#"use ",", "\t", " ", ";" or "|""#)),
        }
    }

    /// Whether `cell` means "no value".
    pub fn is_missing(&self, cell: &str) -> bool {
        self.missing.iter().any(|marker| marker == cell)
    }
}
