//! Checks that run natively and in the browser, on any device.

pub mod golden;
pub mod training;
