//! Multi-scenario conversion-rate (CVR) models that run where the user is.

pub mod artifact;
#[cfg(feature = "capi")]
pub mod capi;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod data;
pub mod error;
#[cfg(feature = "train")]
pub mod explain;
#[cfg(feature = "onnx")]
pub mod export;
pub mod metrics;
pub mod model;
#[cfg(feature = "train")]
mod ops;
pub mod random;
pub mod reference;
pub mod schema;
pub mod scorer;
pub mod train;
#[cfg(feature = "web")]
mod web;

pub use mi_dpg_kernels as kernels;

pub use error::{Error, ErrorKind, Result};
