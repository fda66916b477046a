//! Data.

pub mod synth;
