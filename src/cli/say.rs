//! What the command says while it works, on the standard error.

use std::fmt::Arguments;
use std::io::Write;

use crate::error::printable;

/// Writes a line to the standard error. Where that takes no more, on a full disk for one, the work goes on: a result is
/// worth more than a word about it.
macro_rules! note {
    ($($text:tt)*) => {
        $crate::cli::say::line(format_args!($($text)*))
    };
}
pub(super) use note;

pub(super) fn line(text: Arguments<'_>) {
    // What it names may come from a file, whose control characters are not for the terminal.
    let text: Vec<String> = text.to_string().split('\n').map(printable).collect();
    let _unheard = writeln!(anstream::stderr(), "{}", text.join("\n"));
}
