//! The classes JavaScript sees. No maths here: each method parses its arguments, calls the library and
//! shapes the result.
//!
//! Methods that wait return a promise and hold nothing borrowed meanwhile: a second call on a busy
//! object is a typed error, and `free` is safe at any time.

#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public")]

mod config;
mod dataset;
mod error;
mod model;
mod trainer;
mod types;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::schema::{Schema, guess, preset_text};
use crate::train::device::{self, OpenDevice};
use error::{JsResult, js_error};

thread_local! {
    /// Every device opened so far: WebGPU can be opened once only.
    static OPENED: RefCell<Vec<OpenDevice>> = const { RefCell::new(Vec::new()) };
    /// What `openDevice` last chose.
    static CURRENT: RefCell<Option<OpenDevice>> = const { RefCell::new(None) };
}

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// The version of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Opens `auto`, `cpu`, `ndarray` or `webgpu` and makes it the device of what is created from now on.
#[wasm_bindgen(js_name = openDevice, unchecked_return_type = "DeviceInfo")]
pub async fn open_device(kind: String) -> JsResult<JsValue> {
    let known =
        OPENED.with_borrow(|opened| opened.iter().find(|device| device.name == kind).cloned());
    let device = match known {
        Some(device) => device,
        None => {
            let device = device::open(&kind).await.map_err(js_error)?;
            OPENED.with_borrow_mut(|opened| opened.push(device.clone()));
            device
        }
    };
    let info = types::to_js(&types::DeviceInfo {
        name: device.name,
        reason: &device.reason,
    })?;
    CURRENT.set(Some(device));
    Ok(info)
}

/// The device that was opened last; the CPU when none was.
async fn current() -> JsResult<OpenDevice> {
    match CURRENT.with_borrow(Clone::clone) {
        Some(device) => Ok(device),
        None => {
            let device = device::open("auto").await.map_err(js_error)?;
            CURRENT.set(Some(device.clone()));
            Ok(device)
        }
    }
}

fn schema_of(text: &str) -> crate::Result<Schema> {
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
