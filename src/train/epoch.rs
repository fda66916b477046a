//! The end of an epoch: it is validated, and the best weights are kept. The model is made of these.

use std::sync::Arc;

use burn::module::Module;

use super::best::Best;
use super::event::{Event, MutualInformation};
use super::progress::Phase;
use super::trainer::Trainer;
use super::validation::{Validation, validate};
use crate::artifact::TrainingSummary;
use crate::data::Part;
use crate::error::Result;
use crate::model::Model;

impl Trainer {
    pub(super) async fn end_epoch(&mut self) -> Result<Event> {
        self.settle().await?;
        let network = self.network.valid();
        let device = self.device.clone().inner();
        let validation = validate(
            &network,
            &self.stepper.embeddings,
            &device,
            self.examples.as_mut(),
        )
        .await?;
        let Validation {
            auc,
            logloss,
            variance,
        } = validation;
        self.progress.epochs_done += 1;
        let epoch = self.progress.epochs_done;
        let candidate = Best {
            epoch,
            auc,
            logloss,
            network,
            embeddings: None,
        };
        let best = self
            .best
            .as_ref()
            .is_none_or(|best| candidate.beats(best, self.options.select));
        if best {
            // The table's copy is made once, and only when it will be kept.
            self.best = Some(Best {
                embeddings: Some(self.stepper.embeddings.clone()),
                ..candidate
            });
            self.progress.since_best = 0;
        } else {
            self.progress.since_best += 1;
        }
        let sums = std::mem::take(&mut self.progress.sums);
        let mutual_information = sums
            .mutual_information()
            .map(|mean| MutualInformation::new(mean, self.floor));
        let limit = self
            .options
            .max_steps
            .is_some_and(|limit| self.progress.step >= limit);
        if epoch >= self.options.epochs
            || self.progress.since_best >= self.options.patience
            || limit
        {
            self.progress.phase = Phase::Finish;
        } else {
            self.progress.phase = Phase::Steps;
            self.progress.position = 0;
            self.begin_epoch()?;
        }
        Ok(Event::Epoch {
            epoch,
            epochs: self.options.epochs,
            train_loss: sums.mean_loss(),
            valid_auc: auc,
            valid_logloss: logloss,
            best,
            mutual_information,
            variance,
        })
    }

    /// The model with the best weights so far; before the first epoch's end, the current ones.
    pub fn model(&self) -> Model {
        let device = self.device.clone().inner();
        let (network, embeddings) = match &self.best {
            Some(Best {
                network,
                embeddings: Some(embeddings),
                ..
            }) => (network.clone(), embeddings.clone()),
            _ => (self.network.valid(), self.stepper.embeddings.clone()),
        };
        let summary = TrainingSummary {
            data_sha256: self.examples.report().sha256.clone(),
            rows: self.rows,
            valid_rows: self.examples.rows(Part::Valid) as usize,
            seed: self.options.seed,
            device: self.device_name.clone(),
            epochs: self.progress.epochs_done,
            best_epoch: self
                .best
                .as_ref()
                .map_or(self.progress.epochs_done, |best| best.epoch),
            valid_auc: self.best.as_ref().and_then(|best| best.auc),
            valid_logloss: self.best.as_ref().and_then(|best| best.logloss),
            base_rate: self.base_rate,
        };
        let network = network.frozen();
        Model::new(
            Arc::clone(self.examples.encoder()),
            self.options.network.frozen(),
            summary,
            embeddings,
            network,
            device,
        )
    }
}
