//! Multi-scenario conversion-rate (CVR) models that run where the user is.

pub mod data;
pub mod error;
pub mod random;

pub use error::{Error, ErrorKind, Result};
