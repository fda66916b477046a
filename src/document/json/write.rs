//! Values as JSON text.

use std::fmt::Write;

/// Appends `text` between quotes.
pub(in crate::document) fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\0'..='\x1f' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// Appends a number, with as many digits as it takes to read the same one; `None` where JSON has no word for it.
pub(in crate::document) fn number(number: f64, out: &mut String) -> Option<()> {
    if !number.is_finite() {
        return None;
    }
    let _ = write!(out, "{number:?}");
    Some(())
}
