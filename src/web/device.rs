//! The device that is open.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use super::types;
use crate::train::device::{self, OpenDevice};

thread_local! {
    /// Every device opened so far and the word it was asked for by: WebGPU can be opened once only.
    static OPENED: RefCell<Vec<(String, OpenDevice)>> = const { RefCell::new(Vec::new()) };
    /// What `openDevice` last chose.
    static CURRENT: RefCell<Option<OpenDevice>> = const { RefCell::new(None) };
}

/// Opens `auto`, `cpu`, `ndarray` or `webgpu` and makes it the device of what is created from now on.
#[wasm_bindgen(js_name = openDevice, unchecked_return_type = "DeviceInfo")]
pub async fn open_device(kind: String) -> JsResult<JsValue> {
    let device = open(&kind).await?;
    let info = types::to_js(&types::DeviceInfo {
        name: device.name,
        reason: &device.reason,
    })?;
    CURRENT.set(Some(device));
    Ok(info)
}

/// The device that was opened last; the CPU when none was.
pub(super) async fn current() -> JsResult<OpenDevice> {
    match CURRENT.with_borrow(Clone::clone) {
        Some(device) => Ok(device),
        None => {
            let device = open("auto").await?;
            CURRENT.set(Some(device.clone()));
            Ok(device)
        }
    }
}

/// A device that has been asked for by the same word, or opened under the name it has, is not opened again.
async fn open(kind: &str) -> JsResult<OpenDevice> {
    let known = OPENED.with_borrow(|opened| {
        let mut known = opened.iter();
        known
            .find(|(word, device)| word == kind || device.name == kind)
            .cloned()
    });
    if let Some((_, device)) = known {
        return Ok(device);
    }
    let device = device::open(kind).await.map_err(js_error)?;
    OPENED.with_borrow_mut(|opened| opened.push((kind.to_owned(), device.clone())));
    Ok(device)
}
