//! The device that is open.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use super::types;
use crate::train::device::{self, OpenDevice};

thread_local! {
    /// Every device opened so far: WebGPU can be opened once only.
    static OPENED: RefCell<Vec<OpenDevice>> = const { RefCell::new(Vec::new()) };
    /// What `openDevice` last chose.
    static CURRENT: RefCell<Option<OpenDevice>> = const { RefCell::new(None) };
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
pub(super) async fn current() -> JsResult<OpenDevice> {
    match CURRENT.with_borrow(Clone::clone) {
        Some(device) => Ok(device),
        None => {
            let device = device::open("auto").await.map_err(js_error)?;
            CURRENT.set(Some(device.clone()));
            Ok(device)
        }
    }
}
