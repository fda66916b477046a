//! A line of a journal: the outcome of a trial, and what wrote it.

use serde::Deserialize;
#[cfg(feature = "train")]
use serde::Serialize;

use crate::compare::Outcome;
#[cfg(feature = "train")]
use crate::error::{Error, ErrorKind, Result};

/// The name of a journal in its folder.
pub(super) const NAME: &str = "trials.jsonl";
/// Counts up where a line comes to mean something else, or a trial to give other figures, while the version stays.
const FORMAT: u32 = 1;
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A line as it was read.
pub(super) enum Line {
    /// Of this version.
    Own(Box<Outcome>),
    /// Of another one, by its name; what it says of the trial is not looked at.
    Other(String),
}

/// Journals from before there was a head have lines without: their keys are of one version all the same.
#[derive(Deserialize)]
struct Head {
    #[serde(default = "first")]
    format: u32,
    version: Option<String>,
}

fn first() -> u32 {
    1
}

#[cfg(feature = "train")]
#[derive(Serialize)]
struct Whole<'a> {
    format: u32,
    version: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
}

impl Line {
    /// Reads a line; `None` where it is none of a journal.
    pub(super) fn read(line: &str) -> Option<Self> {
        let head: Head = serde_json::from_str(line).ok()?;
        let version = head.version.as_deref().unwrap_or(VERSION);
        if (head.format, version) == (FORMAT, VERSION) {
            return serde_json::from_str(line).ok().map(Self::Own);
        }
        let format = match head.format {
            FORMAT => String::new(),
            format => format!(", journal format {format}"),
        };
        Some(Self::Other(format!("mi-dpg {version}{format}")))
    }

    /// The line of `outcome`, with its end.
    #[cfg(feature = "train")]
    pub(super) fn write(outcome: &Outcome) -> Result<Vec<u8>> {
        let whole = Whole {
            format: FORMAT,
            version: VERSION,
            outcome,
        };
        let mut line = serde_json::to_vec(&whole)
            .map_err(|error| Error::new(ErrorKind::Io, error.to_string()))?;
        line.push(b'\n');
        Ok(line)
    }
}
