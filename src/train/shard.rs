//! A part of a batch, differentiated by itself.
//!
//! On the CPU a batch is cut into shards of at most [`SHARD`] rows that are worked side by side. How it is cut depends on
//! the batch alone, and the shards' gradients are added in their order: so the number of threads changes no bit.

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use super::gradients;
use super::loss::binary_cross_entropy;
use crate::error::{Error, ErrorKind, Result};
use crate::model::star::Moments;
use crate::model::{Batch, Network, mutual_information};

/// The most rows of a shard.
const SHARD: usize = 256;

/// A batch on the host.
pub(super) struct HostBatch<'a> {
    /// h¹, `rows × width`.
    pub(super) input: &'a [f32],
    /// Columns of h¹, and those of e at its start.
    pub(super) width: usize,
    pub(super) aware: usize,
    pub(super) labels: &'a [f32],
    pub(super) scenario: &'a [u32],
    /// For every row the row whose e makes the negative pair, and λ; of MI-DPG.
    pub(super) negatives: Option<(&'a [u32], f32)>,
    /// The share of the planned steps that is done.
    pub(super) progress: f32,
}

/// What the gradients for the look-ups are taken of.
pub(super) struct Leaves {
    /// h¹, \[rows, width\].
    pub(super) input: Tensor<2>,
    /// The e of the negative pairs, \[rows, d_e\].
    pub(super) other: Option<Tensor<2>>,
}

impl HostBatch<'_> {
    /// The leaves of some of its rows, sent to `device`.
    pub(super) fn leaves(&self, shard: &Range<usize>, device: &Device) -> Leaves {
        let tensor = |values: Vec<f32>, width: usize| {
            let data = TensorData::new(values, [shard.len(), width]);
            Tensor::<2>::from_data(data, device).require_grad()
        };
        let values = &self.input[shard.start * self.width..shard.end * self.width];
        let other = self.negatives.map(|(order, _)| {
            let e = order[shard.clone()]
                .iter()
                .flat_map(|&row| &self.input[row as usize * self.width..][..self.aware]);
            tensor(e.copied().collect(), self.aware)
        });
        Leaves {
            input: tensor(values.to_vec(), self.width),
            other,
        }
    }
}

/// What the backward pass of a shard gives, on the device.
pub(super) struct Differentiated {
    /// The loss and its cross entropy, by the shard's share of the batch.
    pub(super) loss: Tensor<1>,
    pub(super) bce: Tensor<1>,
    /// L_mi, by the shard's share, and the gradient of the negative pairs' e, \[rows, d_e\].
    pub(super) mi: Option<(Tensor<1>, Tensor<2>)>,
    /// dh¹, \[rows, width\].
    pub(super) input: Tensor<2>,
    /// Of the parameters.
    pub(super) parameters: Vec<(String, Tensor<1>)>,
    /// What the batch tells STAR's running statistics.
    pub(super) moments: Vec<Moments>,
}

/// The shards of a batch of `rows`, all of about one size; one where `whole` asks for it.
pub(super) fn shards(rows: usize, whole: bool) -> Vec<Range<usize>> {
    let count = if whole {
        1
    } else {
        rows.div_ceil(SHARD).max(1)
    };
    (0..count)
        .map(|k| k * rows / count..(k + 1) * rows / count)
        .collect()
}

/// Forward and backward of the rows `shard` of `batch`, from `leaves`.
///
/// # Errors
/// [`ErrorKind::Training`] when the network does not depend on its input.
pub(super) fn differentiate(
    network: &Network,
    batch: &HostBatch<'_>,
    shard: Range<usize>,
    Leaves { input, other }: Leaves,
    device: &Device,
) -> Result<Differentiated> {
    let (rows, all) = (shard.len(), batch.labels.len());
    // Leaves of its own: shards that shared them would share one graph, and wait for each other.
    let network = if rows == all {
        network.clone()
    } else {
        network.valid().train()
    };
    let labels = TensorData::new(batch.labels[shard.clone()].to_vec(), [rows]);
    let forward = network.forward(&Batch {
        input: input.clone(),
        scenario: &batch.scenario[shard.clone()],
        training: Some(batch.progress),
    });
    let share = rows as f32 / all as f32;
    let part = |mean: Tensor<1>| {
        if rows == all {
            mean
        } else {
            mean.mul_scalar(share)
        }
    };
    let bce = part(binary_cross_entropy(
        forward.logits,
        Tensor::from_data(labels, device),
    ));
    let mut loss = bce.clone();
    let mut mi = None;
    if let Some(((_, lambda), other)) = batch.negatives.zip(other) {
        let e = input.clone().narrow(1, 0, batch.aware);
        let term = mutual_information::loss(
            network.discriminators(),
            e,
            other.clone(),
            &forward.weighting,
        );
        if let Some(term) = term.map(part) {
            loss = loss + term.clone().mul_scalar(lambda);
            mi = Some((term, other));
        }
    }
    if let Some(penalty) = forward.penalty {
        loss = loss + penalty;
    }
    let mut gradients = loss.backward();
    let missing = || Error::new(ErrorKind::Training, "the input has no gradient");
    Ok(Differentiated {
        loss: loss.inner(),
        bce: bce.inner(),
        mi: mi
            .map(|(term, e)| {
                let e = e.grad_remove(&mut gradients).ok_or_else(missing)?;
                Ok((term.inner(), e))
            })
            .transpose()?,
        input: input.grad_remove(&mut gradients).ok_or_else(missing)?,
        parameters: gradients::take(&network, &mut gradients),
        moments: forward.moments,
    })
}

#[cfg(test)]
#[cfg(feature = "flex")]
#[path = "shard_tests.rs"]
mod tests;
