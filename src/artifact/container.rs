//! The container of model files and checkpoints: safetensors with one JSON document beside the
//! tensors.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, SafeTensors, View};

use super::quantised::{SCALE, of_half, of_integers};
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
    safetensors::serialize(views, Some(metadata))
        .map_err(|error| Error::new(ErrorKind::ModelFile, format!("cannot serialise: {error}")))
}

/// A container that has been checked but whose tensors have not been copied.
pub(crate) struct Container<'a> {
    tensors: SafeTensors<'a>,
    /// The JSON document.
    pub(crate) document: String,
}

impl<'a> Container<'a> {
    /// Checks the header: lengths, offsets, names; then finds the document under `key`.
    pub(crate) fn open(bytes: &'a [u8], key: &str, what: &str) -> Result<Self> {
        let not = |why: String| Error::new(ErrorKind::ModelFile, format!("not a {what}: {why}"));
        let (_, header) =
            SafeTensors::read_metadata(bytes).map_err(|error| not(error.to_string()))?;
        let document = header
            .metadata()
            .as_ref()
            .and_then(|metadata| metadata.get(key))
            .ok_or_else(|| not(format!("the metadata has no {key:?} document")))?
            .clone();
        let tensors = SafeTensors::deserialize(bytes).map_err(|error| not(error.to_string()))?;
        Ok(Self { tensors, document })
    }

    /// Names and shapes, in order of names; scales belong to their matrices and are not among them.
    pub(crate) fn shapes(&self) -> BTreeMap<&str, Vec<usize>> {
        self.tensors
            .iter()
            .filter(|(name, _)| !self.is_scale(name))
            .map(|(name, view)| (name, view.shape().to_vec()))
            .collect()
    }

    /// Whether a tensor holds the scales of another one.
    fn is_scale(&self, name: &str) -> bool {
        let of = name.strip_suffix(SCALE).map(|of| self.tensors.tensor(of));
        matches!(of, Some(Ok(matrix)) if matrix.dtype() == Dtype::I8)
    }

    /// The scales of a matrix of integers.
    fn scales(&self, name: &str, rows: usize) -> Result<Vec<f32>> {
        match self.tensors.tensor(&format!("{name}{SCALE}")) {
            Ok(view) if view.dtype() == Dtype::F32 && *view.shape() == [rows] => {
                Ok(floats(view.data()))
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
        self.tensors
            .iter()
            .filter(|(name, _)| !self.is_scale(name))
            .map(|(name, view)| {
                let data = match (view.dtype(), view.shape()) {
                    (Dtype::F32, _) => floats(view.data()),
                    (Dtype::F16, _) => of_half(view.data()),
                    (Dtype::I8, [rows, _]) => of_integers(view.data(), &self.scales(name, *rows)?),
                    (other, shape) => {
                        let message = format!(
                            "tensor {name} of shape {shape:?} has dtype {other:?}, expected F32"
                        );
                        return Err(Error::new(ErrorKind::ModelFile, message));
                    }
                };
                if let Some(bad) = data.iter().find(|v| !v.is_finite()) {
                    return Err(Error::new(
                        ErrorKind::ModelFile,
                        format!("tensor {name} holds the value {bad}"),
                    ));
                }
                Ok((
                    name.to_owned(),
                    TensorValue {
                        shape: view.shape().to_vec(),
                        data,
                    },
                ))
            })
            .collect()
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| f32::from_le_bytes(*word)).collect()
}
