//! The one error of the crate: what went wrong, where, and what to do about it.

use std::fmt;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong; stable, for programs. People read the [`Display`](fmt::Display) text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file could not be read or written.
    Io,
    /// The schema is wrong, or does not fit the data.
    Schema,
    /// A row, a cell or a whole data file is not usable.
    Data,
    /// A model file is truncated, renamed, hostile or of an unknown version.
    ModelFile,
    /// A setting (a command-line flag, a field of a configuration) is out of range.
    Config,
    /// The device that was asked for is not there, or was lost.
    Device,
    /// Training cannot go on (one class only, the loss is not finite).
    Training,
    /// The caller cancelled.
    Cancelled,
    /// A call that the interface does not allow: after `free`, while another one was running, with what does not belong
    /// together.
    Usage,
}

impl ErrorKind {
    /// The kind as the stable string that JavaScript and `--json` see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::Schema => "schema",
            Self::Data => "data",
            Self::ModelFile => "model-file",
            Self::Config => "config",
            Self::Device => "device",
            Self::Training => "training",
            Self::Cancelled => "cancelled",
            Self::Usage => "usage",
        }
    }
}

/// An error with the place it happened and what to do.
///
/// Displays on one line: `file:line: column "rating": value "abc" is not a number (hint)`.
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    file: Option<String>,
    line: Option<u64>,
    column: Option<String>,
    hint: Option<String>,
}

impl Error {
    /// An error of `kind` that says `message` (no capital, no full stop).
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            file: None,
            line: None,
            column: None,
            hint: None,
        }))
    }

    /// An I/O error on `file`.
    pub fn io(file: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Io, error.to_string()).in_file(file)
    }

    /// Names the file, unless it is named already.
    pub fn in_file(mut self, file: impl fmt::Display) -> Self {
        self.0.file.get_or_insert_with(|| file.to_string());
        self
    }

    /// Names the line (1-based, the header is line 1), unless it is named already.
    pub fn at_line(mut self, line: u64) -> Self {
        self.0.line.get_or_insert(line);
        self
    }

    /// Names the column of the data file, unless it is named already.
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.0.column.get_or_insert_with(|| column.into());
        self
    }

    /// Puts before the message which part of the work it is about.
    pub fn prefixed(mut self, what: &str) -> Self {
        self.0.message.insert_str(0, what);
        self
    }

    /// Says what the user can do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says what the user can do, where nothing has said so.
    #[cfg(feature = "cli")]
    pub(crate) fn or_hint(mut self, hint: &str) -> Self {
        self.0.hint.get_or_insert_with(|| hint.to_owned());
        self
    }

    /// The kind, for programs.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The line of the data file, 1-based, where one is known.
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The column of the data file, where one is known.
    pub fn column(&self) -> Option<&str> {
        self.0.column.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match (&inner.file, inner.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}: ", OneLine(file))?,
            (Some(file), None) => write!(f, "{}: ", OneLine(file))?,
            (None, Some(line)) => write!(f, "line {line}: ")?,
            (None, None) => {}
        }
        if let Some(column) = &inner.column {
            write!(f, "column {column:?}: ")?;
        }
        write!(f, "{}", OneLine(&inner.message))?;
        if let Some(hint) = &inner.hint {
            write!(f, " ({})", OneLine(hint))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A text that may quote the input, whose control characters would break the one-line promise.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?
            } else {
                write!(f, "{c}")?
            }
        }
        Ok(())
    }
}

/// `text` without control characters and what is no character of XML: a name must not spoil a table or a picture.
pub(crate) fn printable(text: &str) -> String {
    let bad = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars()
        .map(|c| if bad(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Quotes a piece of input for a message: at most 40 characters, escaped.
pub(crate) fn quote(value: &str) -> String {
    let mut shown: String = value.chars().take(40).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_one_line_with_its_place() {
        let error = Error::new(
            ErrorKind::Data,
            format!("value {} is not a number", quote("a\nb")),
        )
        .in_column("rating")
        .at_line(7)
        .in_file("log.csv")
        .hint("use --on-bad-row skip");
        assert_eq!(
            error.to_string(),
            r#"log.csv:7: column "rating": value "a\nb" is not a number (use --on-bad-row skip)"#
        );
        assert_eq!(error.kind().as_str(), "data");
    }

    #[test]
    fn the_first_place_named_wins_since_it_is_the_closest() {
        let error = Error::new(ErrorKind::Data, "x")
            .at_line(3)
            .at_line(9)
            .in_file("a")
            .in_file("b");
        assert_eq!(error.to_string(), "a:3: x");
    }

    #[test]
    fn control_characters_do_not_break_the_line() {
        assert_eq!(
            Error::new(ErrorKind::Data, "a\nb\u{1b}[0m").to_string(),
            "a\\nb\\u{1b}[0m"
        );
        let error = Error::new(ErrorKind::Data, "x")
            .in_file("a\nb")
            .hint("its columns are c\u{1b}[2J");
        assert_eq!(error.to_string(), "a\\nb: x (its columns are c\\u{1b}[2J)");
    }
}
