//! Which character stands between two cells.

use crate::error::{Error, ErrorKind, Result};

/// A delimiter, whether `"` quotes, and why.
#[derive(Debug)]
pub(super) struct Delimiter {
    pub(super) byte: u8,
    pub(super) quoting: bool,
    pub(super) why: String,
}

const CANDIDATES: [(u8, &str); 5] = [
    (b',', "comma"),
    (b'\t', "tab"),
    (b' ', "space"),
    (b';', "semicolon"),
    (b'|', "bar"),
];
const LINES: usize = 100;

/// The candidate that cuts most lines into as many cells as the header, and the header into the most.
pub(super) fn guess(text: &str) -> Result<Delimiter> {
    let lines = text.lines().filter(|line| !line.is_empty()).count();
    if lines < 2 {
        let why = match lines {
            0 => "the file is empty",
            _ => "the file has a header but no rows",
        };
        return Err(Error::new(ErrorKind::Data, why));
    }
    let quoting = text.lines().take(LINES).any(|line| line.contains('"'));
    let scored = CANDIDATES.iter().map(|&(byte, name)| {
        let (columns, agreeing, rows) = count(text, byte, quoting);
        let agreement = if columns < 2 {
            0.0
        } else {
            agreeing as f64 / rows.max(1) as f64
        };
        (byte, name, columns, agreeing, rows, agreement)
    });
    let best = scored.max_by(|a, b| {
        (a.5, a.2)
            .partial_cmp(&(b.5, b.2))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    match best {
        Some((byte, name, columns, agreeing, rows, agreement)) if agreement > 0.5 => {
            Ok(Delimiter {
                byte,
                quoting: quoting || byte == b',',
                why: format!(
                    "a {name} cuts {agreeing} of the first {rows} rows into {columns} cells, as the header"
                ),
            })
        }
        _ => Err(Error::new(
            ErrorKind::Data,
            "no delimiter cuts the rows into as many cells as the header",
        )
        .hint("tried comma, tab, space, semicolon and bar; is it a table with a header?")),
    }
}

/// The columns of the header, the rows that have as many, and the rows looked at.
fn count(text: &str, delimiter: u8, quoting: bool) -> (usize, usize, usize) {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .quoting(quoting)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut lengths = reader
        .byte_records()
        .take(LINES)
        .filter_map(Result::ok)
        .map(|record| record.len());
    let columns = lengths.next().unwrap_or(0);
    let (mut agreeing, mut rows) = (0, 0);
    for length in lengths {
        rows += 1;
        agreeing += usize::from(length == columns);
    }
    (columns, agreeing, rows)
}
