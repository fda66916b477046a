//! The small form of a model file: embedding tables as f16, weight matrices as 8-bit integers with one scale a row.
//!
//! W_ij ≈ q_ij · m_i / 127 with m_i the largest |W_ij| of the row: an entry is off by at most m_i / 254. A table's entry
//! is off by at most 2⁻¹¹ of itself. A reader makes f32 of both, so that scoring is the same code.

use std::borrow::Cow;

use ::safetensors::tensor::{Dtype, View};
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::container::{TensorValue, Tensors};
use super::embedding_name;

/// What the tensor of scales is called behind the name of its matrix.
pub(super) const SCALE: &str = ".int8_scale";

/// A tensor as it is written.
pub(super) struct Stored {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for &Stored {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// The small form of `tensors`.
pub(super) fn quantised(tensors: &Tensors) -> Vec<(String, Stored)> {
    let table = embedding_name("");
    let mut stored = Vec::new();
    for (name, tensor) in tensors {
        match tensor.shape.as_slice() {
            _ if name.starts_with(&table) => stored.push((name.clone(), half(tensor))),
            [rows, columns] if *rows > 1 && *columns > 1 => {
                let (matrix, scale) = integers(tensor, *columns);
                stored.push((name.clone(), matrix));
                stored.push((format!("{name}{SCALE}"), scale));
            }
            _ => stored.push((name.clone(), floats(tensor.shape.clone(), &tensor.data))),
        }
    }
    stored
}

fn floats(shape: Vec<usize>, data: &[f32]) -> Stored {
    Stored {
        dtype: Dtype::F32,
        shape,
        bytes: data.iter().flat_map(|x| x.to_le_bytes()).collect(),
    }
}

fn half(tensor: &TensorValue) -> Stored {
    // The largest f16 is 65,504: what is beyond it stays finite.
    let limit = f16::MAX.to_f32();
    let bytes = tensor.data.iter().flat_map(|x| {
        let x = f16::from_f32(x.clamp(-limit, limit));
        x.to_le_bytes()
    });
    Stored {
        dtype: Dtype::F16,
        shape: tensor.shape.clone(),
        bytes: bytes.collect(),
    }
}

fn integers(tensor: &TensorValue, columns: usize) -> (Stored, Stored) {
    let mut bytes = Vec::with_capacity(tensor.data.len());
    let mut scales = Vec::new();
    for row in tensor.data.chunks_exact(columns) {
        let largest = row.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
        let scale = largest / 127.0;
        scales.push(scale);
        bytes.extend(row.iter().map(|x| {
            let q = if scale > 0.0 { x / scale } else { 0.0 };
            q.round().clamp(-127.0, 127.0) as i8 as u8
        }));
    }
    let matrix = Stored {
        dtype: Dtype::I8,
        shape: tensor.shape.clone(),
        bytes,
    };
    (matrix, floats(vec![scales.len()], &scales))
}

/// f16 as f32.
pub(super) fn of_half(bytes: &[u8]) -> Vec<f32> {
    let (words, _) = bytes.as_chunks::<2>();
    let halves: Vec<f16> = words.iter().map(|w| f16::from_le_bytes(*w)).collect();
    halves.to_f32_vec()
}

/// Integers with one scale a row as f32.
pub(super) fn of_integers(bytes: &[u8], scales: &[f32]) -> Vec<f32> {
    let columns = bytes.len() / scales.len().max(1);
    let rows = bytes.chunks_exact(columns.max(1)).zip(scales);
    rows.flat_map(|(row, scale)| row.iter().map(move |q| f32::from(*q as i8) * scale))
        .collect()
}
