//! One step: gather, forward and backward of the shards, both optimisers.

use burn::tensor::Device;

use super::adam::DenseAdam;
use super::device::is_host;
use super::gradients::Gradients;
use super::lazy_adam::LazyAdam;
use super::options::TrainOptions;
use super::read_back::{StepLoss, read};
use super::shard::{Differentiated, HostBatch, differentiate, shards};
use crate::data::Batch;
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
        }
    }

    /// Trains `network` on a batch, at `progress` (0 to 1) of the planned steps.
    pub(super) async fn step(
        &mut self,
        network: Network,
        Batch { columns, rows }: Batch<'_>,
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
        let labels = columns
            .labels_of(rows)
            .ok_or_else(|| Error::new(ErrorKind::Training, "the data has no labels"))?;
        let scenario: Vec<u32> = rows
            .iter()
            .map(|&row| columns.scenario[row as usize])
            .collect();
        // A batch of one has no negative pair.
        let lambda = self.lambda.filter(|_| rows.len() > 1);
        let order = lambda.map(|_| self.permutation.permutation(rows.len()));
        let batch = HostBatch {
            input: &self.gathered.input,
            width: layout.width,
            aware: layout.aware,
            labels: &labels,
            scenario: &scenario,
            negatives: order.as_deref().zip(lambda),
            progress,
        };
        let network = network.at(progress);
        let host = is_host(device);
        let shards = shards(rows.len(), !host || network.sees_the_whole_batch());
        let mut results = in_turn_or_abreast(shards, |shard| {
            differentiate(&network, &batch, shard, device)
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
        Ok((network, back.losses))
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
