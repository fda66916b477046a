//! Checks that run natively and in the browser, on any device.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

pub(crate) mod baselines;
pub(crate) mod golden;
pub(crate) mod training;
#[cfg(feature = "webgpu")]
pub(crate) mod webgpu;
