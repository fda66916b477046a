//! How a run begins: fresh, or from a model's weights.

use std::collections::VecDeque;

use burn::module::Module;
use burn::tensor::Device;

use super::adam::DenseAdam;
use super::lazy_adam::{AdamConfig, LazyAdam};
use super::options::TrainOptions;
use super::progress::Progress;
use super::step::Stepper;
use super::trainer::Trainer;
use crate::data::{Examples, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::model::mutual_information::floor;
use crate::model::{Embeddings, InputLayout, Model, Network};
use crate::random::Stream;

fn check_scenarios(options: &TrainOptions, examples: &dyn Examples) -> Result<()> {
    let layout = InputLayout::new(examples.encoder().fields(), options.network.embedding);
    options.network.check_scenarios(layout.scenarios)
}

/// The settings and where the run stands: not the rows and the weights.
impl std::fmt::Debug for Trainer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("options", &self.options)
            .field("device", &self.device_name)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl Trainer {
    /// A trainer at its first step, on a [`Dataset`](crate::data::Dataset), an `Arc` of one or
    /// [`Streamed`](crate::data::Streamed) rows. `device` is where the network runs (differentiation is added here); `device_name` goes into the model file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a setting out of range, [`ErrorKind::Training`] when the training
    /// part is empty or has one class only, and those of reading rows.
    pub fn new(
        examples: impl Into<Box<dyn Examples>>,
        options: TrainOptions,
        device: &Device,
        device_name: &str,
    ) -> Result<Self> {
        let mut trainer = Self::fresh(examples.into(), options, device, device_name)?;
        trainer.begin_epoch()?;
        Ok(trainer)
    }

    /// A trainer with fresh weights that has not begun an epoch.
    pub(super) fn fresh(
        examples: Box<dyn Examples>,
        options: TrainOptions,
        device: &Device,
        device_name: &str,
    ) -> Result<Self> {
        options.validate()?;
        let fields = examples.encoder().fields();
        check_scenarios(&options, examples.as_ref())?;
        let embeddings = Embeddings::init(
            fields,
            options.network.embedding,
            options.embedding_std,
            options.seed,
        );
        let device = device.clone().autodiff();
        let mut random = Stream::new(options.seed, "network");
        let network = Network::init(&options.network, embeddings.layout(), &mut random, &device);
        let mut trainer =
            Self::assemble(examples, options, device, device_name, network, embeddings)?;
        let prior = (trainer.base_rate / (1.0 - trainer.base_rate)).ln();
        trainer.network = trainer.network.with_prior(prior as f32);
        Ok(trainer)
    }

    /// A trainer that starts from `model`'s weights (fresh discriminators where MI-DPG needs them).
    /// The examples must be encoded with the model's encoder.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`ErrorKind::Config`] when the settings ask for another network than
    /// the model's.
    pub fn warm(
        examples: impl Into<Box<dyn Examples>>,
        options: TrainOptions,
        device: &Device,
        device_name: &str,
        model: &Model,
    ) -> Result<Self> {
        options.validate()?;
        let examples = examples.into();
        if options.network != *model.config() || !examples.encoder().encodes_as(model.encoder()) {
            return Err(Error::new(
                ErrorKind::Config,
                "the initial model has another network or encoder than this run asks for",
            )
            .hint("leave the network's flags out to take them from --init"));
        }
        let (embeddings, network) = model.parts();
        let device = device.clone().autodiff();
        let mut random = Stream::new(options.seed, "network");
        let fresh = Network::init(&options.network, embeddings.layout(), &mut random, &device);
        let network = network.clone().train().with_discriminators_of(fresh);
        let embeddings = embeddings.clone();
        let mut trainer =
            Self::assemble(examples, options, device, device_name, network, embeddings)?;
        trainer.begin_epoch()?;
        Ok(trainer)
    }

    fn assemble(
        examples: Box<dyn Examples>,
        options: TrainOptions,
        device: Device,
        device_name: &str,
        network: Network,
        embeddings: Embeddings,
    ) -> Result<Self> {
        if !examples.has_labels() {
            return Err(Error::new(ErrorKind::Training, "the data has no labels"));
        }
        // What could not be saved in the end is not begun.
        crate::artifact::check_vocabularies(examples.encoder())?;
        let (rows, positives) = (examples.rows(Part::Train), examples.positives());
        if rows == 0 {
            return Err(
                Error::new(ErrorKind::Training, "the training part has no rows")
                    .hint("look at the schema's [split]"),
            );
        }
        if positives == 0 || positives == rows {
            let class = if positives == 0 {
                "negative"
            } else {
                "positive"
            };
            return Err(Error::new(
                ErrorKind::Training,
                format!("all {rows} training rows are {class}"),
            )
            .hint("a model needs both classes: look at the schema's [label]"));
        }
        let base_rate = positives as f64 / rows as f64;
        let shuffle = Stream::new(options.seed, "shuffle");
        let lambda = options
            .network
            .method
            .mutual_information()
            .map(|mi| mi.lambda);
        let floor = lambda.map_or(0.0, |_| floor(&examples.tuple_counts()));
        let sizes: Vec<usize> = embeddings
            .tables
            .iter()
            .map(|table| table.as_ref().map_or(0, Vec::len))
            .collect();
        let lazy = LazyAdam::new(
            AdamConfig {
                lr: options.lr,
                ..Default::default()
            },
            &sizes,
        );
        let stepper = Stepper::new(embeddings, DenseAdam::new(options.lr), lazy, &options);
        Ok(Self {
            epoch_start: shuffle.state(),
            examples,
            device,
            device_name: device_name.to_owned(),
            network,
            stepper,
            shuffle,
            rows: rows as usize,
            floor,
            base_rate,
            progress: Progress::begin(),
            seconds: 0.0,
            best: None,
            read_every: 1,
            told: VecDeque::new(),
            options,
        })
    }
}
