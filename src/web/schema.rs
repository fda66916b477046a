//! Schemas from text.

use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use crate::schema::{Schema, guess, preset_text};

pub(super) fn schema_of(text: &str) -> crate::Result<Schema> {
    if text.contains(['\n', '=', '[']) {
        Schema::parse(text, "schema")
    } else {
        Schema::preset(text.trim())
    }
}

/// The commented TOML of a preset, or of the given TOML after it was checked.
#[wasm_bindgen(js_name = schemaToml)]
pub fn schema_toml(text: &str) -> JsResult<String> {
    if let Some(preset) = preset_text(text.trim()) {
        return Ok(preset.to_owned());
    }
    schema_of(text).map_err(js_error)?;
    Ok(text.to_owned())
}

/// A schema guessed from a file, as commented TOML.
#[wasm_bindgen(js_name = guessSchema)]
pub fn guess_schema(csv: &[u8]) -> JsResult<String> {
    guess(csv, "data").map(|(_, text)| text).map_err(js_error)
}
