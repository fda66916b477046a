//! What comes back from the device after a step.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

#[cfg(feature = "webgpu")]
use burn::tensor::Tensor;
use burn::tensor::Transaction;

use super::shard::{Differentiated, HostBatch};
use crate::error::Result;
use crate::model::parameters::{device_error, floats};

/// The losses of a step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StepLoss {
    pub(super) loss: f32,
    pub(super) bce: f32,
    pub(super) mi: Option<f32>,
}

/// The losses of a step, read back or still on the device.
pub(super) enum Losses {
    Read(StepLoss),
    #[cfg(feature = "webgpu")]
    Waiting(Box<Waiting>),
}

/// The losses of a step on the device.
#[cfg(feature = "webgpu")]
pub(super) struct Waiting {
    pub(super) loss: Tensor<1>,
    pub(super) bce: Tensor<1>,
    pub(super) mi: Option<Tensor<1>>,
}

/// Reads the losses that wait on the device, all in one go.
///
/// # Errors
/// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost.
pub(super) async fn read_losses(losses: Vec<Losses>) -> Result<Vec<StepLoss>> {
    let mut known = Vec::with_capacity(losses.len());
    #[cfg(feature = "webgpu")]
    let (mut waiting, mut transaction) = (Vec::new(), Transaction::default());
    for losses in losses {
        match losses {
            Losses::Read(losses) => known.push(losses),
            #[cfg(feature = "webgpu")]
            Losses::Waiting(waits) => {
                let Waiting { loss, bce, mi } = *waits;
                waiting.push((known.len(), mi.is_some()));
                known.push(StepLoss::default());
                transaction = [Some(loss), Some(bce), mi]
                    .into_iter()
                    .flatten()
                    .fold(transaction, Transaction::register);
            }
        }
    }
    #[cfg(feature = "webgpu")]
    if !waiting.is_empty() {
        let data = transaction.execute_async().await.map_err(device_error)?;
        let mut data = data.into_iter().map(floats);
        let mut next = || -> Result<f32> {
            let values = data.next().transpose()?.unwrap_or_default();
            Ok(values.first().copied().unwrap_or(f32::NAN))
        };
        for (place, has_mi) in waiting {
            known[place] = StepLoss {
                loss: next()?,
                bce: next()?,
                mi: has_mi.then(&mut next).transpose()?,
            };
        }
    }
    Ok(known)
}

/// What comes back, added up over the shards.
#[derive(Default)]
pub(super) struct ReadBack {
    pub(super) losses: StepLoss,
    /// dh¹, `rows × width`.
    pub(super) input: Vec<f32>,
    /// The gradients of the parameters that the shards still had.
    pub(super) parameters: BTreeMap<String, Vec<f32>>,
}

/// Reads all of `shards` in one go and adds it up in their order.
///
/// # Errors
/// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost.
pub(super) async fn read(shards: Vec<Differentiated>, batch: &HostBatch<'_>) -> Result<ReadBack> {
    let mut transaction = Transaction::default();
    let mut shapes = Vec::with_capacity(shards.len());
    for shard in shards {
        transaction = transaction
            .register(shard.loss)
            .register(shard.bce)
            .register(shard.input);
        let has_mi = shard.mi.is_some();
        if let Some((term, negatives)) = shard.mi {
            transaction = transaction.register(term).register(negatives);
        }
        let (names, parameters): (Vec<_>, Vec<_>) = shard.parameters.into_iter().unzip();
        for tensor in parameters {
            transaction = transaction.register(tensor);
        }
        shapes.push((has_mi, names));
    }
    let data = transaction.execute_async().await.map_err(device_error)?;
    let mut data = data.into_iter().map(floats);
    let mut next = || data.next().transpose().map(Option::unwrap_or_default);
    let scalar = |values: Vec<f32>| values.first().copied().unwrap_or(f32::NAN);

    let mut back = ReadBack::default();
    let losses = &mut back.losses;
    // The gradients of the negative pairs' e, in the order of the batch's rows.
    let mut negatives = Vec::new();
    for (has_mi, names) in shapes {
        losses.loss += scalar(next()?);
        losses.bce += scalar(next()?);
        back.input.append(&mut next()?);
        if has_mi {
            losses.mi = Some(losses.mi.unwrap_or(0.0) + scalar(next()?));
            negatives.append(&mut next()?);
        }
        for name in names {
            let gradient = next()?;
            match back.parameters.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(gradient);
                }
                Entry::Occupied(mut place) => add(place.get_mut(), &gradient),
            }
        }
    }
    if let Some((order, _)) = batch.negatives {
        let given = negatives.chunks_exact(batch.aware.max(1));
        for (&row, gradient) in order.iter().zip(given) {
            let first = row as usize * batch.width;
            add(&mut back.input[first..first + batch.aware], gradient);
        }
    }
    Ok(back)
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
