//! Errors as JavaScript sees them: an `Error` named `MidpgError` with a `kind`.

use wasm_bindgen::prelude::*;

use crate::error::Error;

pub(super) type JsResult<T> = Result<T, JsValue>;

pub(super) fn js_error(error: Error) -> JsValue {
    let value = js_sys::Error::new(&error.to_string());
    value.set_name("MidpgError");
    // Setting a property of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&value, &"kind".into(), &error.kind().as_str().into());
    value.into()
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
