//! Checks that run natively and in the browser, on any device.

pub(crate) mod golden;
pub(crate) mod training;
