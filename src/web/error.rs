//! Errors as JavaScript sees them: an `Error` named `MidpgError` with a `kind`.

use wasm_bindgen::prelude::*;

use crate::error::Error;

pub(super) type JsResult<T> = Result<T, JsValue>;

pub(super) fn js_error(error: Error) -> JsValue {
    let text = error.to_string();
    // The scorer has no settings.
    #[cfg(feature = "train")]
    let text = settings_for_flags(&text);
    let value = js_sys::Error::new(&text);
    value.set_name("MidpgError");
    // Setting a property of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&value, &"kind".into(), &error.kind().as_str().into());
    value.into()
}

/// Flags of the command as the settings that JavaScript knows: `change --max-steps` is `change maxSteps`. What is quoted
/// is data and stays.
#[cfg(feature = "train")]
fn settings_for_flags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (part, quoted) in text.split('"').zip([false, true].into_iter().cycle()) {
        if !out.is_empty() || quoted {
            out.push('"');
        }
        if quoted {
            out.push_str(part);
            continue;
        }
        let mut pieces = part.split("--");
        out.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let end = piece.find(|c: char| !(c.is_ascii_lowercase() || c == '-'));
            let (flag, rest) = piece.split_at(end.unwrap_or(piece.len()));
            if flag.is_empty() {
                out.push_str("--");
            }
            for (place, word) in flag.split('-').enumerate() {
                match word.chars().next() {
                    Some(first) if place > 0 => {
                        out.push(first.to_ascii_uppercase());
                        out.push_str(&word[first.len_utf8()..]);
                    }
                    _ => out.push_str(word),
                }
            }
            out.push_str(rest);
        }
    }
    out
}

/// What a call on an object that is already working, or was freed, gets.
#[cfg(feature = "train")]
pub(super) fn busy(what: &str) -> JsValue {
    js_error(
        Error::new(
            crate::ErrorKind::Usage,
            format!("the {what} is busy with another call"),
        )
        .hint("await it first"),
    )
}
