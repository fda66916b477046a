//! The classes JavaScript sees. No maths here: each method parses its arguments, calls the library and
//! shapes the result.
//!
//! Methods that wait return a promise and hold nothing borrowed meanwhile: a second call on a busy
//! object is a typed error, and `free` is safe at any time.

#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public")]

mod error;
mod fields;

// The training packages score by their models; the scorer is a package of its own, which stays small.
#[cfg(not(feature = "train"))]
mod score;

#[cfg(feature = "train")]
mod comparison;
#[cfg(feature = "train")]
mod config;
#[cfg(feature = "train")]
mod dataset;
#[cfg(feature = "train")]
mod device;
#[cfg(feature = "train")]
mod explain;
#[cfg(feature = "train")]
mod model;
#[cfg(feature = "train")]
mod schema;
#[cfg(feature = "train")]
mod scoring;
#[cfg(feature = "train")]
mod trainer;
#[cfg(feature = "train")]
mod types;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(start)]
fn start() {
    // Where a panic ends the module without words there are none to show.
    #[cfg(not(panic = "immediate-abort"))]
    console_error_panic_hook::set_once();
}

/// The version of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
