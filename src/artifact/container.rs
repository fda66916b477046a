//! The container of model files and checkpoints: safetensors with one JSON document beside the
//! tensors.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, SafeTensors, View};

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
    let metadata = HashMap::from([(key.to_owned(), json)]);
    let views = tensors
        .iter()
        .map(|(name, value)| (name.as_str(), Bytes(value)));
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

    /// Names and shapes, in order of names.
    pub(crate) fn shapes(&self) -> BTreeMap<&str, Vec<usize>> {
        self.tensors
            .iter()
            .map(|(name, view)| (name, view.shape().to_vec()))
            .collect()
    }

    /// Copies every tensor.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] for another dtype than f32 or a value that is not finite.
    pub(crate) fn read(&self) -> Result<Tensors> {
        self.tensors
            .iter()
            .map(|(name, view)| {
                if view.dtype() != Dtype::F32 {
                    let message =
                        format!("tensor {name} has dtype {:?}, expected F32", view.dtype());
                    return Err(Error::new(ErrorKind::ModelFile, message));
                }
                let (words, _) = view.data().as_chunks::<4>();
                let data: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
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
