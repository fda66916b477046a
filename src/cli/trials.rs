//! Running many trials on one data set: in turn or a few at once, each journalled when it is done.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use burn::tensor::Device;
use indicatif::ProgressBar;

use super::checkpoint::Checkpoint;
use super::follow::READ_EVERY;
use super::journal::Journal;
use crate::compare::{Outcome, Trial};
use crate::data::{Dataset, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{InputLayout, evaluate};
use crate::train::{Event, Trainer};

/// Seconds between a trial's checkpoints.
const CHECKPOINT_EVERY: f64 = 30.0;

/// How the names of trials' checkpoints begin; their keys follow.
const PREFIX: &str = "trial-";

/// Whether a file is the checkpoint of a trial, by its name.
pub(super) fn is_checkpoint(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Of every trial's key its outcome, once it is there.
type Outcomes = BTreeMap<String, Option<Outcome>>;

/// What every trial needs.
pub(super) struct Runner {
    data: Arc<Dataset>,
    /// What the rows are, for the journal: the file's hash, the schema, the split, rows left out.
    data_name: String,
    device: Device,
    device_name: &'static str,
    journal: Journal,
    /// Trials at once.
    jobs: usize,
    /// The rows that measured trials are measured on.
    rows: Vec<u32>,
    /// The scenario-blind logistic regression's probabilities of them, on generated data.
    logistic: Option<Vec<f32>>,
}

impl Runner {
    pub(super) fn new(
        data: Dataset,
        device: Device,
        device_name: &'static str,
        journal: Journal,
        jobs: usize,
    ) -> Result<Self> {
        let rows = data.rows_of(Part::Test);
        let valid = data.rows_of(Part::Valid);
        if rows.is_empty() || valid.is_empty() {
            let part = if rows.is_empty() {
                "test"
            } else {
                "validation"
            };
            return Err(
                Error::new(ErrorKind::Data, format!("the {part} part has no rows"))
                    .hint("comparing needs both: look at the schema's [split]"),
            );
        }
        let logistic = evaluate::scenario_blind(&data, &rows);
        let (encoder, report) = (&data.encoder, &data.report);
        let name = (
            &report.sha256,
            encoder.schema(),
            encoder.split(),
            report.skipped,
        );
        let data_name = serde_json::to_string(&name)
            .map_err(|error| Error::new(ErrorKind::Schema, error.to_string()))?;
        Ok(Self {
            data_name,
            data: data.into(),
            device,
            device_name,
            journal,
            jobs: jobs.max(1),
            rows,
            logistic,
        })
    }

    /// The layout of the input with embeddings of width `embedding`.
    pub(super) fn layout(&self, embedding: usize) -> InputLayout {
        InputLayout::new(self.data.encoder.fields(), embedding)
    }

    /// Runs what of `trials` is not in the journal; all outcomes, in their order.
    pub(super) fn run(&self, trials: &[Trial], bar: &ProgressBar) -> Result<Vec<Outcome>> {
        let mut outcomes: Outcomes = BTreeMap::new();
        let mut keys = Vec::with_capacity(trials.len());
        let mut waiting = VecDeque::new();
        for trial in trials {
            let key = trial.key(&self.data_name, self.device_name)?;
            // Different points of a sweep may ask for one and the same training.
            if !outcomes.contains_key(&key) {
                let done = self.journal.get(&key).cloned();
                if done.is_none() {
                    waiting.push_back((key.clone(), trial));
                }
                outcomes.insert(key.clone(), done);
            }
            keys.push(key);
        }
        bar.inc((trials.len() - waiting.len()) as u64);
        // Resting trials count for nothing in the time that is left.
        bar.reset_eta();
        let jobs = self.jobs.min(waiting.len()).max(1);
        let waiting = Mutex::new(waiting);
        let results = Mutex::new((outcomes, None::<Error>));
        let work = || in_pool(jobs, || self.work(&waiting, &results, bar));
        std::thread::scope(|scope| {
            for _ in 1..jobs {
                // Where the system has no more threads, those that there are do the work.
                if std::thread::Builder::new()
                    .spawn_scoped(scope, work)
                    .is_err()
                {
                    break;
                }
            }
            work();
        });
        let (outcomes, failure) = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = failure {
            return Err(error);
        }
        keys.iter()
            .map(|key| {
                let outcome = outcomes.get(key).cloned().flatten();
                outcome.ok_or_else(|| Error::new(ErrorKind::Training, "a trial did not end"))
            })
            .collect()
    }

    fn work(
        &self,
        waiting: &Mutex<VecDeque<(String, &Trial)>>,
        results: &Mutex<(Outcomes, Option<Error>)>,
        bar: &ProgressBar,
    ) {
        loop {
            let next = waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            let Some((key, trial)) = next else {
                return;
            };
            let method = trial.options.network.method.name();
            bar.set_message(format!("{method}, seed {}", trial.options.seed));
            let outcome = self.one(trial, &key);
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok(outcome) => {
                    results.0.insert(key, Some(outcome));
                }
                Err(error) => {
                    let what = format!("{method}, seed {}: ", trial.options.seed);
                    results.1.get_or_insert(error.prefixed(&what));
                    waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .clear();
                }
            }
            drop(results);
            bar.inc(1);
        }
    }

    fn one(&self, trial: &Trial, key: &str) -> Result<Outcome> {
        let beside = self.journal.folder().join(format!("{PREFIX}{key}"));
        let mut checkpoint = Checkpoint::beside(&beside, CHECKPOINT_EVERY, Instant::now());
        let (data, options) = (self.data.clone(), trial.options.clone());
        let mut trainer = match checkpoint.read()? {
            Some(bytes) => Trainer::resume(data, options, &self.device, self.device_name, &bytes)
                .map_err(|error| error.in_file(checkpoint.path().display()))?,
            None => Trainer::new(data, options, &self.device, self.device_name)?,
        };
        checkpoint.continues(&trainer);
        trainer.read_every(READ_EVERY);
        while let Some(event) = pollster::block_on(trainer.next_event())? {
            if !matches!(event, Event::Done { .. }) {
                checkpoint.write_if_due(&mut trainer)?;
            }
        }
        let model = trainer.model();
        let summary = model.summary();
        let mut outcome = Outcome {
            key: key.to_owned(),
            best_epoch: summary.best_epoch,
            epochs: summary.epochs,
            valid_auc: summary.valid_auc,
            valid_logloss: summary.valid_logloss,
            seconds: 0.0,
            report: None,
        };
        if trial.measured {
            let mut report = pollster::block_on(evaluate::report_beside(
                &model,
                &self.data,
                &self.rows,
                self.device_name,
                self.logistic.as_deref(),
            ))?;
            report.seconds = checkpoint.seconds();
            outcome.report = Some(report);
        }
        outcome.seconds = checkpoint.seconds();
        self.journal.add(&outcome)?;
        checkpoint.remove();
        Ok(outcome)
    }
}

/// Runs `work` on its share of the threads, one of `jobs`: on a pool of its own, whose threads do nothing else and of which
/// it is one. Handing every step to the threads that all jobs share costs a switch or two each time.
#[cfg(feature = "parallel")]
fn in_pool<R: Send>(jobs: usize, work: impl FnOnce() -> R + Send) -> R {
    let threads = (rayon::current_num_threads() / jobs).max(1);
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(work),
        // There are no more threads to be had: those that all share.
        Err(_) => work(),
    }
}

#[cfg(not(feature = "parallel"))]
fn in_pool<R: Send>(_: usize, work: impl FnOnce() -> R + Send) -> R {
    work()
}
