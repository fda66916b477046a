//! One step: gather, forward and backward of the shards, both optimisers.

use burn::tensor::Device;
#[cfg(feature = "webgpu")]
use burn::tensor::{Int, Tensor, TensorData};

use super::adam::DenseAdam;
use super::device::is_host;
use super::gradients::Gradients;
use super::lazy_adam::LazyAdam;
use super::options::TrainOptions;
#[cfg(feature = "webgpu")]
use super::read_back::Waiting;
use super::read_back::{Losses, read};
#[cfg(feature = "webgpu")]
use super::resident::Resident;
#[cfg(feature = "webgpu")]
use super::shard::Leaves;
use super::shard::{Differentiated, HostBatch, differentiate, shards};
use crate::data::{Batch, Columns};
use crate::error::{Error, ErrorKind, Result};
use crate::model::embedding::{Gathered, TouchedRows};
use crate::model::{Embeddings, Network};
use crate::random::Stream;

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
    /// Of each table.
    touched: Vec<TouchedRows>,
    /// Whether a step was made: by then it is decided where the tables live.
    #[cfg(feature = "webgpu")]
    begun: bool,
    #[cfg(feature = "webgpu")]
    resident: Option<Resident>,
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
            touched: Vec::new(),
            #[cfg(feature = "webgpu")]
            begun: false,
            #[cfg(feature = "webgpu")]
            resident: None,
        }
    }

    /// Trains `network` on a batch, at `progress` (0 to 1) of the planned steps.
    pub(super) async fn step(
        &mut self,
        network: Network,
        rows: Batch<'_>,
        progress: f32,
        device: &Device,
    ) -> Result<(Network, Losses)> {
        #[cfg(feature = "webgpu")]
        if self.is_resident(device) {
            return self.step_on_device(network, rows, progress, device);
        }
        let Batch { columns, rows } = rows;
        self.embeddings.gather_dropping(
            columns,
            rows,
            self.drop,
            &mut self.dropout,
            &mut self.gathered,
        );
        let labels = labels(columns, rows)?;
        let scenario = scenarios(columns, rows);
        let order = self.negatives(rows.len());
        let layout = self.embeddings.layout();
        let batch = HostBatch {
            input: &self.gathered.input,
            width: layout.width,
            aware: layout.aware,
            labels: &labels,
            scenario: &scenario,
            negatives: order.as_deref().zip(self.lambda),
            progress,
        };
        let network = network.at(progress);
        let host = is_host(device);
        let shards = shards(rows.len(), !host || network.sees_the_whole_batch());
        let mut results = in_turn_or_abreast(shards, |shard| {
            let leaves = batch.leaves(&shard, device);
            differentiate(&network, &batch, shard, leaves, device)
        })?;
        let moments = results
            .iter_mut()
            .flat_map(|shard| std::mem::take(&mut shard.moments))
            .collect();
        // On a device the parameters' gradients stay where they are.
        let on_device = (!host).then(|| {
            let taken = |shard: &mut Differentiated| std::mem::take(&mut shard.parameters);
            Gradients::Device(results.iter_mut().flat_map(taken).collect())
        });
        let mut back = read(results, &batch).await?;
        let gradients =
            on_device.unwrap_or_else(|| Gradients::Host(std::mem::take(&mut back.parameters)));
        let network = self.dense.step(network, gradients)?.absorb(moments);
        self.update_embeddings(&back.input)?;
        Ok((network, Losses::Read(back.losses)))
    }

    /// The row whose e makes the negative pair of each of `rows`; a batch of one has no negative pair.
    fn negatives(&mut self, rows: usize) -> Option<Vec<u32>> {
        let wanted = self.lambda.is_some() && rows > 1;
        wanted.then(|| self.permutation.permutation(rows))
    }

    /// Whether the tables live on `device`; sends them there at the first step, where they fit.
    #[cfg(feature = "webgpu")]
    fn is_resident(&mut self, device: &Device) -> bool {
        if !std::mem::replace(&mut self.begun, true) && !is_host(device) {
            let plain = device.clone().inner();
            self.resident = Resident::new(&self.embeddings, &self.lazy, &plain);
        }
        self.resident.is_some()
    }

    /// A step of which nothing comes back yet.
    #[cfg(feature = "webgpu")]
    fn step_on_device(
        &mut self,
        network: Network,
        Batch { columns, rows }: Batch<'_>,
        progress: f32,
        device: &Device,
    ) -> Result<(Network, Losses)> {
        let Self {
            embeddings,
            dropout,
            gathered,
            ..
        } = self;
        embeddings.choose_dropping(columns, rows, self.drop, dropout, gathered);
        let labels = labels(columns, rows)?;
        let scenario = scenarios(columns, rows);
        let order = self.negatives(rows.len());
        let layout = self.embeddings.layout();
        let lost = || Error::new(ErrorKind::Device, "the tables are not on the device");
        let resident = self.resident.as_mut().ok_or_else(lost)?;
        let order = order.as_deref();
        let on_device = resident
            .gather(&self.embeddings, columns, rows, &self.gathered, order)
            .ok_or_else(lost)?;
        let leaf = |tensor: Tensor<2>| Tensor::from_inner(tensor).require_grad();
        let leaves = Leaves {
            input: leaf(on_device.input.clone()),
            other: order.map(|order| {
                let e = on_device.input.clone().narrow(1, 0, layout.aware);
                let places = order.iter().map(|&row| row as i32).collect::<Vec<_>>();
                let places = TensorData::new(places, [rows.len()]);
                leaf(e.select(
                    0,
                    Tensor::<1, Int>::from_data(places, &on_device.input.device()),
                ))
            }),
        };
        let batch = HostBatch {
            input: &[],
            width: layout.width,
            aware: layout.aware,
            labels: &labels,
            scenario: &scenario,
            negatives: order.zip(self.lambda),
            progress,
        };
        let network = network.at(progress);
        let shard = differentiate(&network, &batch, 0..rows.len(), leaves, device)?;
        let gradients = Gradients::Device(shard.parameters.into_iter().collect());
        let network = self.dense.step(network, gradients)?.absorb(shard.moments);
        let (term, negatives) = shard.mi.unzip();
        self.lazy.begin_step();
        resident.update(on_device, shard.input, negatives, self.lazy.rule());
        let losses = Waiting {
            loss: shard.loss,
            bce: shard.bce,
            mi: term,
        };
        Ok((network, Losses::Waiting(Box::new(losses))))
    }

    /// Brings tables and moments that live on the device back.
    pub(super) async fn settle(&mut self) -> Result<()> {
        #[cfg(feature = "webgpu")]
        if let Some(resident) = &self.resident {
            let (tables, moments) = resident.read().await?;
            self.embeddings.tables = tables;
            self.lazy.set_moments(moments);
        }
        Ok(())
    }

    fn update_embeddings(&mut self, gradient: &[f32]) -> Result<()> {
        self.lazy.begin_step();
        let dim = self.embeddings.dim;
        let (tables, layout) = self.embeddings.parts_mut();
        self.touched.resize_with(tables.len(), TouchedRows::default);
        let fields = tables
            .iter_mut()
            .zip(self.lazy.tables())
            .zip(&mut self.touched)
            .enumerate()
            .filter_map(|(field, ((table, adam), touched))| {
                Some((field, table.as_mut()?, adam, touched))
            })
            .collect();
        let gathered = &self.gathered;
        in_turn_or_abreast(fields, |(field, table, mut adam, touched)| {
            touched.add_up(layout, (field, dim), gathered, gradient);
            adam.update(table, dim, &touched.ids, &touched.gradients)
        })?;
        Ok(())
    }
}

fn labels(columns: &Columns, rows: &[u32]) -> Result<Vec<f32>> {
    columns
        .labels_of(rows)
        .ok_or_else(|| Error::new(ErrorKind::Training, "the data has no labels"))
}

fn scenarios(columns: &Columns, rows: &[u32]) -> Vec<u32> {
    let of = |&row: &u32| columns.scenario[row as usize];
    rows.iter().map(of).collect()
}

/// The results of all `pieces` in their order, worked side by side where there are threads.
fn in_turn_or_abreast<T: Send, R: Send>(
    mut pieces: Vec<T>,
    work: impl Fn(T) -> Result<R> + Send + Sync,
) -> Result<Vec<R>> {
    if pieces.len() == 1 {
        return pieces.pop().map(work).into_iter().collect();
    }
    #[cfg(feature = "parallel")]
    {
        use rayon::prelude::*;
        pieces.into_par_iter().map(work).collect()
    }
    #[cfg(not(feature = "parallel"))]
    pieces.into_iter().map(work).collect()
}
