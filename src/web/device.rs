//! The device that is open.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use super::types;
use crate::train::Devices;
use crate::train::device::OpenDevice;

thread_local! {
    /// Every device opened so far: WebGPU can be opened once only.
    static DEVICES: Rc<Devices> = Rc::default();
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
    if let Some(device) = CURRENT.with_borrow(Clone::clone) {
        return Ok(device);
    }
    let device = open("auto").await?;
    // One may have been chosen meanwhile.
    Ok(CURRENT.with_borrow_mut(|current| current.get_or_insert(device).clone()))
}

async fn open(kind: &str) -> JsResult<OpenDevice> {
    let devices = DEVICES.with(Rc::clone);
    devices.open(kind).await.map_err(js_error)
}
