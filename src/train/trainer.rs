//! The training loop as a state machine: each call does one thing and tells it. A command, a test and
//! a worker drive it alike; they pause by not calling, and stop by dropping it.

use std::collections::VecDeque;

use burn::tensor::Device;

use super::best::Best;
use super::event::Event;
use super::options::TrainOptions;
use super::progress::{Phase, Progress};
use super::read_back::{Losses, StepLoss, read_losses};
use super::step::Stepper;
use crate::data::Examples;
use crate::error::{Error, ErrorKind, Result};
use crate::model::Network;
use crate::random::{Stream, StreamState};

/// Trains one model on some examples.
///
/// ```no_run
/// use std::fs::{self, File};
///
/// use mi_dpg::data::{LoadOptions, load};
/// use mi_dpg::schema::Schema;
/// use mi_dpg::train::{Event, TrainOptions, Trainer, device};
///
/// # async fn train() -> Result<(), Box<dyn std::error::Error>> {
/// let schema = Schema::parse(&fs::read_to_string("mine.toml")?, "mine.toml")?;
/// let data = load(File::open("log.csv")?, "log.csv", &schema, LoadOptions::default())?;
/// let open = device::open("auto").await?;
/// let mut trainer = Trainer::new(data, TrainOptions::default(), &open.device, open.name)?;
/// while let Some(event) = trainer.next_event().await? {
///     if let Event::Epoch { epoch, valid_auc, .. } = event {
///         println!("epoch {epoch}: {valid_auc:?}");
///     }
/// }
/// fs::write("model.safetensors", trainer.model().to_artifact().await?.to_bytes()?)?;
/// # Ok(())
/// # }
/// ```
///
/// On the CPU nothing waits, so that any executor will do: `pollster::block_on`, or [`events`](Self::events).
pub struct Trainer {
    pub(super) examples: Box<dyn Examples>,
    pub(super) options: TrainOptions,
    pub(super) device: Device,
    pub(super) device_name: String,
    pub(super) network: Network,
    pub(super) stepper: Stepper,
    pub(super) shuffle: Stream,
    /// Where `shuffle` stood before this epoch's order was drawn.
    pub(super) epoch_start: StreamState,
    /// The rows to train on.
    pub(super) rows: usize,
    pub(super) floor: f64,
    pub(super) base_rate: f64,
    pub(super) progress: Progress,
    /// What the run has taken, as the caller said.
    pub(super) seconds: f64,
    pub(super) best: Option<Best>,
    /// Steps between two looks at a GPU's losses.
    pub(super) read_every: usize,
    /// Steps made and not told yet.
    pub(super) told: VecDeque<Event>,
}

/// A step whose losses may still be on their way.
struct Stepped {
    step: u64,
    rows: usize,
}

impl Trainer {
    /// Draws the current epoch's order from where the shuffle stream stands, and goes to the row of the progress.
    pub(super) fn begin_epoch(&mut self) -> Result<()> {
        self.epoch_start = self.shuffle.state();
        let position = self.progress.position as u64;
        self.examples
            .begin_epoch(&mut self.shuffle, self.options.batch, position)
    }

    /// Does the next thing and tells it; `None` after [`Event::Done`].
    ///
    /// # Errors
    /// [`ErrorKind::Training`] when the loss is no longer finite, [`ErrorKind::Device`] when the
    /// device was lost.
    pub async fn next_event(&mut self) -> Result<Option<Event>> {
        if let Some(event) = self.told.pop_front() {
            return Ok(Some(event));
        }
        match self.progress.phase {
            Phase::Steps => self.step().await.map(Some),
            Phase::Validate => self.end_epoch().await.map(Some),
            Phase::Finish => {
                self.progress.phase = Phase::Over;
                let best_epoch = self
                    .best
                    .as_ref()
                    .map_or(self.progress.epochs_done, |best| best.epoch);
                Ok(Some(Event::Done {
                    epochs: self.progress.epochs_done,
                    best_epoch,
                    stopped_early: self.progress.step < self.planned_steps(),
                }))
            }
            Phase::Over => Ok(None),
        }
    }

    /// The events one after another, for callers that block.
    #[cfg(not(target_family = "wasm"))]
    pub fn events(&mut self) -> impl Iterator<Item = Result<Event>> {
        let mut failed = false;
        std::iter::from_fn(move || {
            if failed {
                return None;
            }
            let event = pollster::block_on(self.next_event()).transpose();
            failed = matches!(event, Some(Err(_)));
            event
        })
    }

    /// Steps until the losses are read back, and tells the first of them; the others are told next.
    async fn step(&mut self) -> Result<Event> {
        let (mut steps, mut losses) = (Vec::new(), Vec::new());
        loop {
            let (step, loss) = self.one_step().await?;
            let waits = !matches!(loss, Losses::Read(_));
            steps.push(step);
            losses.push(loss);
            if !waits || steps.len() >= self.read_every || self.progress.phase != Phase::Steps {
                break;
            }
        }
        for (told, StepLoss { loss, bce, mi }) in steps.into_iter().zip(read_losses(losses).await?)
        {
            if !loss.is_finite() {
                return Err(Error::new(
                    ErrorKind::Training,
                    format!("the loss is {loss} at step {}", told.step),
                )
                .hint("lower the learning rate: --lr"));
            }
            self.progress.sums.add(loss, mi);
            self.told.push_back(Event::Step {
                step: told.step,
                steps: self.total_steps(),
                epoch: self.progress.epochs_done + 1,
                epochs: self.options.epochs,
                loss,
                bce,
                mi,
                rows: told.rows,
            });
        }
        self.told
            .pop_front()
            .ok_or_else(|| Error::new(ErrorKind::Training, "no step was made"))
    }

    async fn one_step(&mut self) -> Result<(Stepped, Losses)> {
        let total = self.total_steps();
        let Some(batch) = self.examples.next_batch()? else {
            return Err(Error::new(
                ErrorKind::Training,
                "the training rows ended before the epoch did",
            ));
        };
        let rows = batch.rows.len();
        let network = self.network.clone();
        let done = self.progress.step as f32 / total.max(1) as f32;
        let (network, losses) = self
            .stepper
            .step(network, batch, done, &self.device)
            .await?;
        self.network = network;
        let progress = &mut self.progress;
        progress.step += 1;
        progress.position += rows;
        let limit = self
            .options
            .max_steps
            .is_some_and(|limit| progress.step >= limit);
        if progress.position >= self.rows || limit {
            progress.phase = Phase::Validate;
        }
        let step = progress.step;
        Ok((Stepped { step, rows }, losses))
    }

    /// Reads the losses of a GPU back once in so many steps, not after every one: a step then does not wait for the
    /// one before. Its events come in bunches. At first 1; of no effect on the CPU.
    pub fn read_every(&mut self, steps: usize) {
        self.read_every = steps.max(1);
    }

    /// Steps that were made, those before a checkpoint that was resumed included.
    pub fn made(&self) -> u64 {
        self.progress.step
    }

    /// Steps that were made and are not told yet.
    pub fn ahead(&self) -> usize {
        self.told.len()
    }

    /// The wall-clock time of the run as [`set_seconds`](Self::set_seconds) said it last, before a kill too: of a run that
    /// was resumed, what it had taken when its checkpoint was made. Else 0: a trainer has no clock.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Says what the run has taken so far, for the checkpoints to come.
    pub fn set_seconds(&mut self, seconds: f64) {
        self.seconds = seconds;
    }

    /// Brings back what lives on a GPU, for [`model`](Self::model) in the middle of an epoch. The end of an epoch and a
    /// checkpoint do so too.
    ///
    /// # Errors
    /// [`ErrorKind::Device`] when the device was lost.
    pub async fn settle(&mut self) -> Result<()> {
        self.stepper.settle().await
    }

    /// Steps of all epochs.
    pub(super) fn planned_steps(&self) -> u64 {
        let of_epoch = self.rows.div_ceil(self.options.batch) as u64;
        of_epoch.saturating_mul(self.options.epochs as u64)
    }

    fn total_steps(&self) -> u64 {
        let steps = self.planned_steps();
        self.options
            .max_steps
            .map_or(steps, |limit| steps.min(limit))
    }

    /// Ends the run, and keeps the rows.
    pub fn into_examples(self) -> Box<dyn Examples> {
        self.examples
    }

    /// The settings of the run.
    pub fn options(&self) -> &TrainOptions {
        &self.options
    }
}
