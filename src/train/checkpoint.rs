//! A run on disk: enough to continue it bit for bit.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::best::Best;
use super::lazy_adam::{LazyAdam, Moments};
use super::options::TrainOptions;
use super::progress::Progress;
use super::trainer::Trainer;
use crate::artifact::{Container, TensorValue, Tensors, write};
use crate::data::{Examples, InputField, Part};
use crate::document;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Embeddings, Network, parameters};
use crate::random::{Stream, StreamState};

pub(super) const KEY: &str = "mi-dpg-checkpoint";
pub(super) const FORMAT: u32 = 3;

/// The JSON document of a checkpoint.
#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    format: u32,
    pub(super) options: TrainOptions,
    pub(super) data_sha256: String,
    /// What the data's rows are to the run.
    pub(super) rows: String,
    /// Chunks of a window, where the order is drawn window by window.
    window: Option<usize>,
    pub(super) progress: Progress,
    /// What the run has taken, by its caller's clock.
    #[serde(default)]
    seconds: f64,
    pub(super) best: Option<BestMetrics>,
    dense_steps: usize,
    lazy_steps: u64,
    shuffle: StreamState,
    epoch_start: StreamState,
    permutation: StreamState,
    dropout: StreamState,
}

/// The validation metrics of the epoch whose weights are kept so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestMetrics {
    /// The epoch, from 1.
    pub epoch: usize,
    /// AUC, where there are both classes.
    pub auc: Option<f64>,
    /// LogLoss, nats.
    pub logloss: Option<f64>,
}

impl Trainer {
    /// The run as it stands between two events.
    ///
    /// # Errors
    /// [`ErrorKind::Device`] when the device was lost.
    pub async fn checkpoint(&mut self) -> Result<Vec<u8>> {
        self.settle().await?;
        let mut tensors = Tensors::new();
        let fields = self.examples.encoder().fields();
        add(&mut tensors, "now", parameters::read(&self.network).await?);
        add(&mut tensors, "now", self.stepper.embeddings.tensors(fields));
        add(&mut tensors, "adam", self.stepper.dense.state().await?);
        for (field, moments) in fields.iter().zip(self.stepper.lazy.moments()) {
            for (which, values) in [("first", &moments.first), ("second", &moments.second)] {
                let value = TensorValue {
                    shape: vec![values.len()],
                    data: values.clone(),
                };
                tensors.insert(format!("lazy.{}.{which}", field.name()), value);
            }
        }
        let mut best = None;
        if let Some(Best {
            epoch,
            auc,
            logloss,
            network,
            embeddings: Some(embeddings),
        }) = &self.best
        {
            best = Some(BestMetrics {
                epoch: *epoch,
                auc: *auc,
                logloss: *logloss,
            });
            add(&mut tensors, "best", parameters::read(network).await?);
            add(&mut tensors, "best", embeddings.tensors(fields));
        }
        let document = Document {
            format: FORMAT,
            options: self.options.clone(),
            data_sha256: self.examples.report().sha256.clone(),
            rows: meaning(self.examples.as_ref())?,
            window: self.examples.window(),
            progress: self.progress.clone(),
            seconds: self.seconds,
            best,
            dense_steps: self.stepper.dense.steps(),
            lazy_steps: self.stepper.lazy.step(),
            shuffle: self.shuffle.state(),
            epoch_start: self.epoch_start.clone(),
            permutation: self.stepper.permutation.state(),
            dropout: self.stepper.dropout.state(),
        };
        let json = serde_json::to_string(&document).map_err(|error| {
            Error::new(
                ErrorKind::ModelFile,
                format!("cannot serialise the checkpoint: {error}"),
            )
        })?;
        write(KEY, json, &tensors)
    }

    /// Continues the run of `checkpoint` on the same data and settings. The device may be another one
    /// (then not bit for bit).
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`] for a bad file, [`ErrorKind::Config`] when the run had other data or
    /// other settings.
    pub fn resume(
        examples: impl Into<Box<dyn Examples>>,
        options: TrainOptions,
        device: &Device,
        device_name: &str,
        checkpoint: &[u8],
    ) -> Result<Self> {
        let container = Container::open(checkpoint, KEY, "mi-dpg checkpoint")?;
        let document: Document = document::from_str(&container.document).map_err(|error| {
            Error::new(
                ErrorKind::ModelFile,
                format!("the checkpoint is not valid: {error}"),
            )
        })?;
        let other = |what: &str| {
            Err(Error::new(
                ErrorKind::Config,
                format!("the checkpoint is of a run with other {what}"),
            )
            .hint("delete the checkpoint or leave out --resume to start again"))
        };
        if document.format != FORMAT {
            return other("software");
        }
        if document.options != options {
            return other("settings");
        }
        let examples = examples.into();
        if document.data_sha256 != examples.report().sha256 {
            return other("data");
        }
        if document.rows != meaning(examples.as_ref())? {
            return other("labels, parts, fields or bad rows");
        }
        if document.window != examples.window() {
            return other("rows in memory at once");
        }
        // A moment may have grown past all bounds: whether that ends the run is the run's to say.
        let mut tensors = container.read_any()?;
        let mut trainer = Self::fresh(examples, options, device, device_name)?;
        trainer.seconds = document.seconds.max(0.0);
        let autodiff = trainer.device.clone();
        let plain = autodiff.clone().inner();

        let mut now = take(&mut tensors, "now");
        let dim = trainer.options.network.embedding;
        let encoder = Arc::clone(trainer.examples.encoder());
        trainer.stepper.embeddings = Embeddings::take(encoder.fields(), dim, &mut now)?;
        let network = trainer.network.clone();
        trainer.network = parameters::load(network, &mut now, &autodiff)?;
        let lengths = parameters::lengths(&trainer.network);
        trainer.stepper.dense.restore(
            document.dense_steps,
            take(&mut tensors, "adam"),
            &lengths,
            &plain,
        )?;
        trainer.restore_lazy(document.lazy_steps, take(&mut tensors, "lazy"))?;
        if let Some(BestMetrics {
            epoch,
            auc,
            logloss,
        }) = document.best
        {
            let mut best = take(&mut tensors, "best");
            let embeddings = Some(Embeddings::take(encoder.fields(), dim, &mut best)?);
            let network: Network = parameters::load(trainer.network.valid(), &mut best, &plain)?;
            trainer.best = Some(Best {
                epoch,
                auc,
                logloss,
                network,
                embeddings,
            });
        }

        // The epoch's order is drawn again from where the stream stood before it.
        trainer.shuffle = stream(&document.epoch_start)?;
        trainer.progress = document.progress;
        let progress = &trainer.progress;
        let steps = [document.dense_steps as u64, document.lazy_steps];
        if progress.epochs_done > trainer.options.epochs
            || progress.since_best > progress.epochs_done
            || progress.step > trainer.planned_steps()
            || steps != [progress.step; 2]
        {
            return Err(Error::new(
                ErrorKind::ModelFile,
                "the checkpoint stands past the end of its run",
            ));
        }
        trainer.begin_epoch()?;
        trainer.shuffle = stream(&document.shuffle)?;
        trainer.stepper.permutation = stream(&document.permutation)?;
        trainer.stepper.dropout = stream(&document.dropout)?;
        Ok(trainer)
    }

    fn restore_lazy(&mut self, steps: u64, mut tensors: Tensors) -> Result<()> {
        let fits = Error::new(
            ErrorKind::ModelFile,
            "the checkpoint's moments do not fit the data",
        );
        let mut moments = Vec::new();
        for (field, old) in self
            .examples
            .encoder()
            .fields()
            .iter()
            .zip(self.stepper.lazy.moments())
        {
            let mut values = |which: &str| {
                tensors
                    .remove(&format!("{}.{which}", field.name()))
                    .map(|t| t.data)
            };
            match (values("first"), values("second")) {
                (Some(first), Some(second)) if first.len() == old.first.len() => {
                    moments.push(Moments { first, second })
                }
                _ => return Err(fits),
            }
        }
        self.stepper.lazy = LazyAdam::from_state(self.stepper.lazy.config(), steps, moments)?;
        Ok(())
    }
}

/// What the rows of the same file can differ in: the schema that reads them, how they are split, which are left out, and how
/// many ids and rows that makes.
fn meaning(examples: &dyn Examples) -> Result<String> {
    let encoder = examples.encoder();
    let sizes: Vec<usize> = encoder.fields().iter().map(InputField::size).collect();
    let rows = [Part::Train, Part::Valid, Part::Test].map(|part| examples.rows(part));
    let all = (
        encoder.schema(),
        encoder.split(),
        examples.report().skipped,
        sizes,
        rows,
    );
    serde_json::to_string(&all).map_err(|error| {
        Error::new(
            ErrorKind::ModelFile,
            format!("cannot serialise the schema: {error}"),
        )
    })
}

fn stream(state: &StreamState) -> Result<Stream> {
    Stream::from_state(state).ok_or_else(|| {
        Error::new(
            ErrorKind::ModelFile,
            "the checkpoint's random state is not valid",
        )
    })
}

fn add(all: &mut Tensors, prefix: &str, tensors: Tensors) {
    all.extend(
        tensors
            .into_iter()
            .map(|(name, value)| (format!("{prefix}.{name}"), value)),
    );
}

/// Moves the tensors under `prefix` out, under their names without it.
fn take(all: &mut Tensors, prefix: &str) -> Tensors {
    let prefix = format!("{prefix}.");
    let names: Vec<String> = all
        .keys()
        .filter(|name| name.starts_with(&prefix))
        .cloned()
        .collect();
    names
        .into_iter()
        .filter_map(|name| {
            all.remove(&name)
                .map(|value| (name[prefix.len()..].to_owned(), value))
        })
        .collect()
}
