//! How a run begins: fresh, or from a model's weights.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use super::adam::DenseAdam;
use super::floor::floor_of;
use super::lazy_adam::{AdamConfig, LazyAdam};
use super::options::TrainOptions;
use super::step::Stepper;
use super::trainer::{Phase, Progress, Sums, Trainer};
use crate::data::{Dataset, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Embeddings, InputLayout, Model, Network};
use crate::random::Stream;

fn check_scenarios(options: &TrainOptions, data: &Dataset) -> Result<()> {
    let layout = InputLayout::new(data.encoder.fields(), options.network.embedding);
    options.network.check_scenarios(layout.scenarios)
}

impl Trainer {
    /// A trainer at its first step. `device` is where the network runs (differentiation is added
    /// here); `device_name` goes into the model file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a setting out of range, [`ErrorKind::Training`] when the training
    /// part is empty or has one class only.
    pub fn new(
        data: Arc<Dataset>,
        options: TrainOptions,
        device: &Device,
        device_name: &str,
    ) -> Result<Self> {
        options.validate()?;
        let fields = data.encoder.fields();
        check_scenarios(&options, &data)?;
        let embeddings = Embeddings::init(
            fields,
            options.network.embedding,
            options.embedding_std,
            options.seed,
        );
        let device = device.clone().autodiff();
        let mut random = Stream::new(options.seed, "network");
        let network = Network::init(&options.network, embeddings.layout(), &mut random, &device);
        let mut trainer = Self::assemble(data, options, device, device_name, network, embeddings)?;
        let prior = (trainer.base_rate / (1.0 - trainer.base_rate)).ln();
        trainer.network = trainer.network.with_prior(prior as f32);
        Ok(trainer)
    }

    /// A trainer that starts from `model`'s weights (fresh discriminators where MI-DPG needs them).
    /// `data` must be encoded with the model's encoder.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`ErrorKind::Config`] when the settings ask for another network than
    /// the model's.
    pub fn warm(
        data: Arc<Dataset>,
        options: TrainOptions,
        device: &Device,
        device_name: &str,
        model: &Model,
    ) -> Result<Self> {
        options.validate()?;
        if options.network != *model.config() || data.encoder != *model.encoder() {
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
        Self::assemble(
            data,
            options,
            device,
            device_name,
            network,
            embeddings.clone(),
        )
    }

    fn assemble(
        data: Arc<Dataset>,
        options: TrainOptions,
        device: Device,
        device_name: &str,
        network: Network,
        embeddings: Embeddings,
    ) -> Result<Self> {
        let (train, valid) = (data.rows_of(Part::Train), data.rows_of(Part::Valid));
        let labels = data
            .columns
            .labels
            .as_deref()
            .ok_or_else(|| Error::new(ErrorKind::Training, "the data has no labels"))?;
        if train.is_empty() {
            return Err(
                Error::new(ErrorKind::Training, "the training part has no rows")
                    .hint("look at the schema's [split]"),
            );
        }
        let positives = train
            .iter()
            .filter(|&&row| labels[row as usize] == 1)
            .count();
        if positives == 0 || positives == train.len() {
            let class = if positives == 0 {
                "negative"
            } else {
                "positive"
            };
            return Err(Error::new(
                ErrorKind::Training,
                format!("all {} training rows are {class}", train.len()),
            )
            .hint("a model needs both classes: look at the schema's [label]"));
        }
        let base_rate = positives as f64 / train.len() as f64;
        let shuffle = Stream::new(options.seed, "shuffle");
        let lambda = options
            .network
            .method
            .mutual_information()
            .map(|mi| mi.lambda);
        let floor = lambda.map_or(0.0, |_| floor_of(&data, &train));
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
        let mut trainer = Self {
            epoch_start: shuffle.state(),
            data,
            device,
            device_name: device_name.to_owned(),
            network,
            stepper,
            shuffle,
            order: Vec::new(),
            train,
            valid,
            floor,
            base_rate,
            progress: Progress {
                step: 0,
                epochs_done: 0,
                position: 0,
                since_best: 0,
                sums: Sums::default(),
                phase: Phase::Steps,
            },
            best: None,
            options,
        };
        trainer.draw_order();
        Ok(trainer)
    }
}
