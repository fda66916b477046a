//! Multi-scenario conversion-rate (CVR) models that run where the user is.

pub mod error;
pub mod metrics;
pub mod random;
pub mod reference;
pub mod train;

pub use error::{Error, ErrorKind, Result};
