//! The model file: everything that is needed to score a raw row, in one safetensors file.
//!
//! Tensors stand under documented names (docs/model-file.md); the metadata holds one JSON document
//! with the network's configuration, the schema, vocabularies and statistics, and a summary of the
//! training. A reader checks names, shapes, dtypes and version before it copies a value; a bad file is
//! an error, never a panic.

mod container;
mod header;
mod quantised;
mod safetensors;

pub(crate) use container::{Container, write};
pub use container::{TensorValue, Tensors};
use container::{check_finite, write_views};
pub use header::check_vocabularies;

use serde::{Deserialize, Serialize};

use crate::data::Encoder;
use crate::document;
use crate::error::{Error, ErrorKind, Result};
use crate::model::config::NetworkConfig;
use crate::model::layout::InputLayout;
use crate::model::shapes;
use crate::schema::InputKind;

/// The newest version that this crate reads; it writes it where the file has quantised tensors.
pub const FORMAT: u32 = 2;

/// The version of a file without quantised tensors, which older readers know too.
const PLAIN: u32 = 1;

/// The name of the document in the file's metadata.
const KEY: &str = "mi-dpg";

/// The JSON document of a model file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Metadata {
    /// Version of the format.
    pub format: u32,
    /// Version of the crate that wrote the file.
    pub crate_version: String,
    /// Shapes and method.
    pub network: NetworkConfig,
    /// Schema, vocabularies and statistics.
    pub encoder: Encoder,
    /// How the model came about.
    pub training: TrainingSummary,
}

/// How a model came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingSummary {
    /// SHA-256 of the training file's (decompressed) bytes, hexadecimal.
    pub data_sha256: String,
    /// Rows trained on.
    pub rows: usize,
    /// Rows validated on.
    pub valid_rows: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// Name of the device.
    pub device: String,
    /// Epochs run.
    pub epochs: usize,
    /// The epoch (from 1) whose weights these are.
    pub best_epoch: usize,
    /// AUC on the validation part, where both classes occur.
    pub valid_auc: Option<f64>,
    /// LogLoss on the validation part, where it has rows.
    pub valid_logloss: Option<f64>,
    /// Base rate of the training part.
    pub base_rate: f64,
}

/// A model file in memory.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// The document.
    pub metadata: Metadata,
    /// The tensors: `embedding.FIELD` \[vocabulary, width\] and the network's.
    pub tensors: Tensors,
}

impl Artifact {
    /// The file's bytes: the same artifact gives the same bytes.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] when the metadata is larger than a safetensors header may be (100 MB), and for a value that is
    /// NaN or infinite, as a training that diverged leaves it: no reader would take the file.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.check_values()?;
        write(KEY, self.document(PLAIN)?, &self.tensors)
    }

    /// The bytes of the small form: tables as f16, weight matrices as 8-bit integers with a scale for each row.
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes).
    pub fn to_quantised_bytes(&self) -> Result<Vec<u8>> {
        self.check_values()?;
        let stored = quantised::quantised(&self.tensors);
        let views = stored.iter().map(|(name, tensor)| (name.as_str(), tensor));
        write_views(KEY, self.document(FORMAT)?, views)
    }

    fn check_values(&self) -> Result<()> {
        let mut tensors = self.tensors.iter();
        tensors
            .try_for_each(|(name, tensor)| check_finite(name, &tensor.data))
            .map_err(|error| error.hint("the training diverged: lower the learning rate, --lr"))
    }

    fn document(&self, format: u32) -> Result<String> {
        let metadata = Metadata {
            format,
            ..self.metadata.clone()
        };
        serde_json::to_string(&metadata).map_err(|error| {
            Error::new(
                ErrorKind::ModelFile,
                format!("cannot serialise the metadata: {error}"),
            )
        })
    }

    /// Reads and validates a file's bytes.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`]: not a safetensors file, no document of ours, a newer format, a setting
    /// out of range, or a tensor that is missing, superfluous, or of another shape, dtype or value than
    /// the document asks for.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let container = Container::open(bytes, KEY, "mi-dpg model file")?;
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let bad = |error: document::Error| {
            Error::new(
                ErrorKind::ModelFile,
                format!("the metadata is not valid: {error}"),
            )
        };
        let version: Version = document::from_str(&container.document).map_err(bad)?;
        if version.format == 0 || version.format > FORMAT {
            let message = format!(
                "format {} is not supported, the newest known is {FORMAT}",
                version.format
            );
            return Err(Error::new(ErrorKind::ModelFile, message).hint("update mi-dpg"));
        }
        let metadata: Metadata = document::from_str(&container.document).map_err(bad)?;
        let names: Vec<&str> = container.names().collect();
        check_shapes(&metadata, &names, &|name| container.shape(name))?;
        Ok(Self {
            tensors: container.read()?,
            metadata,
        })
    }

    /// Checks the settings, and that the tensors are those that the document asks for: for one that was not read
    /// [from a file](Self::from_bytes), but put together or changed.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] for a setting out of range, and for a tensor that is missing, superfluous, or of another shape
    /// than the document asks for or of another length than its shape.
    pub fn check(&self) -> Result<()> {
        let names: Vec<&str> = self.tensors.keys().map(String::as_str).collect();
        let shape = |name: &str| Some(self.tensors.get(name)?.shape.as_slice());
        check_shapes(&self.metadata, &names, &shape)?;
        // The shapes are those of the document now, whose products fit.
        let long = |(_, tensor): &(&String, &TensorValue)| {
            tensor.data.len() != tensor.shape.iter().product::<usize>()
        };
        match self.tensors.iter().find(long) {
            None => Ok(()),
            Some((name, tensor)) => Err(Error::new(
                ErrorKind::ModelFile,
                format!(
                    "tensor {name} of shape {:?} has {} values",
                    tensor.shape,
                    tensor.data.len()
                ),
            )),
        }
    }
}

/// The name of a field's embedding table.
pub(crate) fn embedding_name(field: &str) -> String {
    format!("embedding.{field}")
}

/// The settings are in range, and every tensor that they ask for is there with its shape, and nothing else is. `names` and
/// `shape` are the tensors'.
fn check_shapes<'a>(
    metadata: &Metadata,
    names: &[&str],
    shape: &dyn Fn(&str) -> Option<&'a [usize]>,
) -> Result<()> {
    let in_file = |error: Error| Error::new(ErrorKind::ModelFile, error.to_string());
    metadata.network.validate().map_err(in_file)?;
    let fields = metadata.encoder.fields();
    let layout = InputLayout::new(fields, metadata.network.embedding);
    metadata
        .network
        .check_scenarios(layout.scenarios)
        .map_err(in_file)?;
    let tables = fields
        .iter()
        .filter(|field| field.kind() != InputKind::Dense)
        .map(|field| {
            (
                embedding_name(field.name()),
                vec![field.size(), metadata.network.embedding],
            )
        });
    let network = shapes::of_layout(&metadata.network, &layout);
    let has_discriminators = names
        .iter()
        .any(|name| name.starts_with(shapes::DISCRIMINATORS));
    let expected: Vec<(String, Vec<usize>)> = tables
        .chain(network)
        .filter(|(name, _)| has_discriminators || !name.starts_with(shapes::DISCRIMINATORS))
        .collect();
    let wrong = |message: String| Err(Error::new(ErrorKind::ModelFile, message));
    for (name, expected) in &expected {
        match shape(name) {
            Some(found) if found == expected => {}
            Some(found) => {
                return wrong(format!(
                    "tensor {name} has shape {found:?}, expected {expected:?}"
                ));
            }
            None => return wrong(format!("tensor {name} is missing")),
        }
    }
    let mut known: Vec<&str> = expected.iter().map(|(name, _)| name.as_str()).collect();
    known.sort_unstable();
    match names.iter().find(|name| known.binary_search(name).is_err()) {
        None => Ok(()),
        Some(name) => wrong(format!("tensor {name} does not belong to this method")),
    }
}

#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod tests;
