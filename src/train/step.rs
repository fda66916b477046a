//! One step: gather, forward, backward, both optimisers.

use burn::tensor::{Device, Int, Tensor, TensorData, Transaction};

use super::adam::DenseAdam;
use super::lazy_adam::LazyAdam;
use super::loss::binary_cross_entropy;
use super::options::TrainOptions;
use crate::data::Columns;
use crate::error::{Error, ErrorKind, Result};
use crate::model::embedding::{Gathered, TouchedRows};
use crate::model::parameters::{device_error, floats};
use crate::model::predict::input_tensor;
use crate::model::{Batch, Embeddings, Network, mutual_information};
use crate::random::Stream;

/// The losses of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepLoss {
    pub(super) loss: f32,
    pub(super) bce: f32,
    pub(super) mi: Option<f32>,
}

/// Everything a step changes besides the network, and its scratch memory.
pub(super) struct Stepper {
    pub(super) embeddings: Embeddings,
    pub(super) dense: DenseAdam,
    pub(super) lazy: LazyAdam,
    pub(super) permutation: Stream,
    pub(super) dropout: Stream,
    lambda: Option<f32>,
    drop: f32,
    gathered: Gathered,
    touched: TouchedRows,
}

impl Stepper {
    pub(super) fn new(
        embeddings: Embeddings,
        dense: DenseAdam,
        lazy: LazyAdam,
        options: &TrainOptions,
    ) -> Self {
        Self {
            embeddings,
            dense,
            lazy,
            permutation: Stream::new(options.seed, "permutation"),
            dropout: Stream::new(options.seed, "dropout"),
            lambda: options
                .network
                .method
                .mutual_information()
                .map(|mi| mi.lambda),
            drop: options.oov_dropout,
            gathered: Gathered::default(),
            touched: TouchedRows::default(),
        }
    }

    /// Trains `network` on `rows` of `columns`, at `progress` (0 to 1) of the planned steps.
    pub(super) async fn step(
        &mut self,
        network: Network,
        columns: &Columns,
        rows: &[u32],
        progress: f32,
        device: &Device,
    ) -> Result<(Network, StepLoss)> {
        self.embeddings.gather_dropping(
            columns,
            rows,
            self.drop,
            &mut self.dropout,
            &mut self.gathered,
        );
        let layout = self.embeddings.layout();
        let input = input_tensor(&self.gathered, layout.width, device).require_grad();
        let labels = columns
            .labels_of(rows)
            .ok_or_else(|| Error::new(ErrorKind::Training, "the data has no labels"))?;
        let labels = Tensor::from_data(TensorData::new(labels, [rows.len()]), device);

        let scenario: Vec<u32> = rows
            .iter()
            .map(|&row| columns.scenario[row as usize])
            .collect();
        let network = network.at(progress);
        let forward = network.forward(&Batch {
            input: input.clone(),
            scenario: &scenario,
            training: Some(progress),
        });
        let bce = binary_cross_entropy(forward.logits, labels);
        // A batch of one has no negative pair.
        let mi = self.lambda.filter(|_| rows.len() > 1).and_then(|lambda| {
            let order = self.permutation.permutation(rows.len());
            let order: Vec<i32> = order.into_iter().map(|i| i as i32).collect();
            let order = Tensor::<1, Int>::from_data(TensorData::new(order, [rows.len()]), device);
            let e = input.clone().narrow(1, 0, layout.aware);
            mutual_information::loss(network.discriminators(), e, order, &forward.weighting)
                .map(|mi| (lambda, mi))
        });
        let mut loss = bce.clone();
        if let Some((lambda, mi)) = &mi {
            loss = loss + mi.clone().mul_scalar(*lambda);
        }
        if let Some(penalty) = &forward.penalty {
            loss = loss + penalty.clone();
        }
        let mut gradients = loss.backward();
        let gradient = input
            .grad_remove(&mut gradients)
            .ok_or_else(|| Error::new(ErrorKind::Training, "the input has no gradient"))?;
        let network = self
            .dense
            .step(network, &mut gradients)
            .absorb(forward.moments);

        let mut transaction = Transaction::default()
            .register(gradient)
            .register(loss.inner())
            .register(bce.inner());
        if let Some((_, mi)) = &mi {
            transaction = transaction.register(mi.clone().inner());
        }
        let mut data = transaction
            .execute_async()
            .await
            .map_err(device_error)?
            .into_iter()
            .map(floats);
        let gradient = data.next().transpose()?.unwrap_or_default();
        let mut scalar = || {
            data.next()
                .transpose()
                .map(|v| v.and_then(|v| v.first().copied()).unwrap_or(f32::NAN))
        };
        let (loss, bce) = (scalar()?, scalar()?);
        let mi = mi.map(|_| scalar()).transpose()?;
        self.update_embeddings(&gradient)?;
        Ok((network, StepLoss { loss, bce, mi }))
    }

    fn update_embeddings(&mut self, gradient: &[f32]) -> Result<()> {
        self.lazy.begin_step();
        for field in 0..self.embeddings.tables.len() {
            if self.embeddings.tables[field].is_none() {
                continue;
            }
            self.embeddings
                .scatter(field, &self.gathered, gradient, &mut self.touched);
            let dim = self.embeddings.dim;
            if let Some(table) = &mut self.embeddings.tables[field] {
                self.lazy.update(
                    field,
                    table,
                    dim,
                    &self.touched.ids,
                    &self.touched.gradients,
                )?;
            }
        }
        Ok(())
    }
}
