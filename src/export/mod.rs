//! Models in other programs' formats.

pub mod onnx;
