//! What the command says while it works, on the standard error.

use std::fmt::Arguments;
use std::io::Write;

/// Writes a line to the standard error. Where that takes no more, on a full disk for one, the work goes on: a result is
/// worth more than a word about it.
macro_rules! note {
    ($($text:tt)*) => {
        $crate::cli::say::line(format_args!($($text)*))
    };
}
pub(super) use note;

pub(super) fn line(text: Arguments<'_>) {
    let _unheard = writeln!(anstream::stderr(), "{text}");
}
