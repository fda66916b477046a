//! The container of model files and checkpoints: safetensors with one JSON document beside the
//! tensors.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use ::safetensors::tensor::{Dtype, View};

use super::quantised::{SCALE, of_half, of_integers};
use super::safetensors::{self, Header, Tensor};
use crate::error::{Error, ErrorKind, Result};

/// A named tensor's shape and its f32 values, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorValue {
    /// Extents; their product is `data.len()`.
    pub shape: Vec<usize>,
    /// Values.
    pub data: Vec<f32>,
}

/// Tensors by name.
pub type Tensors = BTreeMap<String, TensorValue>;

struct Bytes<'a>(&'a TensorValue);

impl View for Bytes<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.0
            .data
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect::<Vec<u8>>()
            .into()
    }

    fn data_len(&self) -> usize {
        self.0.data.len() * 4
    }
}

/// Serialises `tensors` and the document `json` under `key`.
pub(crate) fn write(key: &str, json: String, tensors: &Tensors) -> Result<Vec<u8>> {
    let views = tensors
        .iter()
        .map(|(name, value)| (name.as_str(), Bytes(value)));
    write_views(key, json, views)
}

/// The same of tensors of any kind.
pub(super) fn write_views<'a>(
    key: &str,
    json: String,
    views: impl IntoIterator<Item = (&'a str, impl View)>,
) -> Result<Vec<u8>> {
    let metadata = HashMap::from([(key.to_owned(), json)]);
    ::safetensors::serialize(views, Some(metadata))
        .map_err(|error| Error::new(ErrorKind::ModelFile, format!("cannot serialise: {error}")))
}

/// A container that has been checked but whose tensors have not been copied.
pub(crate) struct Container<'a> {
    header: Header,
    data: &'a [u8],
    /// The JSON document.
    pub(crate) document: String,
}

impl<'a> Container<'a> {
    /// Checks the header: lengths, offsets, names; then finds the document under `key`.
    pub(crate) fn open(bytes: &'a [u8], key: &str, what: &str) -> Result<Self> {
        let not = |why: String| Error::new(ErrorKind::ModelFile, format!("not a {what}: {why}"));
        let (mut header, data) = safetensors::read(bytes).map_err(not)?;
        let document = header.take(key);
        Ok(Self {
            document: document
                .ok_or_else(|| not(format!("the metadata has no {key:?} document")))?,
            header,
            data,
        })
    }

    /// The tensors in order of names; scales belong to their matrices and are not among them.
    fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        let all = self.header.tensors();
        all.filter(|(name, _)| !self.is_scale(name))
    }

    /// The names of the tensors, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors().map(|(name, _)| name)
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.header
            .tensor(name)
            .map(|tensor| tensor.shape.as_slice())
    }

    /// Whether a tensor holds the scales of another one.
    fn is_scale(&self, name: &str) -> bool {
        let of = name.strip_suffix(SCALE);
        let matrix = of.and_then(|of| self.header.tensor(of));
        matrix.is_some_and(|matrix| matrix.dtype == "I8")
    }

    /// The scales of a matrix of integers.
    fn scales(&self, name: &str, rows: usize) -> Result<Vec<f32>> {
        match self.header.tensor(&format!("{name}{SCALE}")) {
            Some(scales) if scales.dtype == "F32" && scales.shape == [rows] => {
                Ok(floats(scales.bytes(self.data)))
            }
            _ => {
                let message = format!("tensor {name} has no {rows} scales called {name}{SCALE}");
                Err(Error::new(ErrorKind::ModelFile, message))
            }
        }
    }

    /// Copies every tensor, as f32 whatever it is in the file.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] for another dtype than f32, f16 or scaled 8-bit integers, or a value that is not
    /// finite.
    pub(crate) fn read(&self) -> Result<Tensors> {
        self.tensors()
            .map(|(name, tensor)| {
                let value = self.value(name, tensor)?;
                check_finite(name, &value.data)?;
                Ok((name.to_owned(), value))
            })
            .collect()
    }

    /// The same, with values that are not finite as they are: of a run that is still under way.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] for another dtype.
    #[cfg(feature = "train")]
    pub(crate) fn read_any(&self) -> Result<Tensors> {
        self.tensors()
            .map(|(name, tensor)| Ok((name.to_owned(), self.value(name, tensor)?)))
            .collect()
    }

    fn value(&self, name: &str, tensor: &Tensor) -> Result<TensorValue> {
        let bytes = tensor.bytes(self.data);
        let data = match (tensor.dtype.as_str(), tensor.shape.as_slice()) {
            ("F32", _) => floats(bytes),
            ("F16", _) => of_half(bytes),
            ("I8", [rows, _]) => of_integers(bytes, &self.scales(name, *rows)?),
            (other, shape) => {
                let message =
                    format!("tensor {name} of shape {shape:?} has dtype {other}, expected F32");
                return Err(Error::new(ErrorKind::ModelFile, message));
            }
        };
        Ok(TensorValue {
            shape: tensor.shape.clone(),
            data,
        })
    }
}

/// No model has NaN or infinite values.
pub(super) fn check_finite(name: &str, values: &[f32]) -> Result<()> {
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok(()),
        Some(bad) => Err(Error::new(
            ErrorKind::ModelFile,
            format!("tensor {name} holds the value {bad}"),
        )),
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| f32::from_le_bytes(*word)).collect()
}
