//! A first schema from the first rows of a file.

mod columns;
mod delimiter;
mod label;
mod profile;
mod write;

use std::io::Read;

use super::Schema;
use crate::error::{Error, ErrorKind, Result};
use profile::Profile;

/// How much of a file a guess looks at, in bytes after unpacking.
const SAMPLE_BYTES: u64 = 16 << 20;
/// How many rows a guess looks at.
const SAMPLE_ROWS: usize = 40_000;

/// Guesses a schema from the first rows of `source`; returns it with its TOML text, in which a comment
/// gives the reason of every decision.
///
/// ```
/// let log = "user,channel,price,bought\nu1,search,9.5,1\nu2,feed,3.25,0\nu1,feed,3.5,0\n";
/// let (schema, toml) = mi_dpg::schema::guess(log.as_bytes(), "log.csv")?;
/// assert_eq!(schema.label.column, "bought");
/// assert_eq!(schema.scenario.field, "channel");
/// assert_eq!(mi_dpg::schema::Schema::parse(&toml, "guessed")?, schema);
/// # Ok::<(), mi_dpg::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Data`] when the first rows are no table in UTF-8, [`ErrorKind::Schema`](crate::ErrorKind::Schema) when no
/// column can be the label or the scenario, and [`ErrorKind::Io`](crate::ErrorKind::Io) when the source fails.
pub fn guess(source: impl Read, name: &str) -> Result<(Schema, String)> {
    let in_file = |error: Error| error.in_file(name);
    let opened = crate::data::open(source).map_err(in_file)?;
    let mut sample = Vec::new();
    opened
        .bytes
        .take(SAMPLE_BYTES)
        .read_to_end(&mut sample)
        .map_err(|error| in_file(crate::data::read_error(&error)))?;
    if sample.len() as u64 == SAMPLE_BYTES {
        // The last line is cut.
        let end = sample.iter().rposition(|&byte| byte == b'\n');
        sample.truncate(end.map_or(0, |end| end + 1));
    }
    let Ok(text) = String::from_utf8(sample) else {
        return Err(in_file(
            Error::new(ErrorKind::Data, "the first rows are not UTF-8 text")
                .hint("save the file as UTF-8"),
        ));
    };
    let text = text.as_str();
    let format = delimiter::guess(text).map_err(in_file)?;
    let profile = Profile::read(text, &format).map_err(in_file)?;
    let decisions = columns::decide(&profile).map_err(in_file)?;
    let toml = write::toml(&profile, &decisions, name);
    let schema = Schema::parse(&toml, name)?;
    Ok((schema, toml))
}

#[cfg(test)]
mod tests;
