//! Logits and weighting matrices of many rows, in chunks that bound the memory.

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use super::batch::Batch;
use super::embedding::{Embeddings, Gathered};
use super::network::Network;
use super::parameters::{device_error, floats};
use crate::data::Columns;
use crate::error::Result;

/// What the network says of one chunk of rows.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// Positions in the columns.
    pub rows: &'a [u32],
    /// One logit a row.
    pub logits: Vec<f32>,
    /// Per modulated layer the compact s of every row, `rows × d_r × d_c`; empty unless asked for.
    pub weighting: Vec<Vec<f32>>,
}

/// Values of s held at once while predicting.
const CHUNK_VALUES: usize = 4 << 20;

/// Runs `network` (without autodiff, on `device`) over `rows` of `columns` and hands each chunk to
/// `visit`, in order.
///
/// # Errors
/// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost, or what `visit` returns.
///
/// # Panics
/// When `columns` is of another encoder, or has fewer rows than `rows` asks for.
pub async fn predict(
    network: &Network,
    embeddings: &Embeddings,
    device: &Device,
    (columns, rows): (&Columns, &[u32]),
    with_weighting: bool,
    mut visit: impl FnMut(Chunk<'_>) -> Result<()>,
) -> Result<()> {
    let widest = network.widest_weighting().max(embeddings.layout().width);
    let size = (CHUNK_VALUES / widest.max(1)).clamp(64, 4096);
    let mut gathered = Gathered::default();
    let mut scenario = Vec::new();
    for rows in rows.chunks(size) {
        embeddings.gather(columns, rows, &mut gathered);
        let input = input_tensor(&gathered, embeddings.layout().width, device);
        scenario.clear();
        scenario.extend(rows.iter().map(|&row| columns.scenario[row as usize]));
        let forward = network.forward(&Batch {
            input,
            scenario: &scenario,
            training: None,
        });
        let mut transaction = Transaction::default().register(forward.logits);
        if with_weighting {
            for s in forward.weighting {
                transaction = transaction.register(s);
            }
        }
        let mut data = transaction
            .execute_async()
            .await
            .map_err(device_error)?
            .into_iter();
        let logits = data.next().map(floats).transpose()?.unwrap_or_default();
        let weighting = data.map(floats).collect::<Result<_>>()?;
        visit(Chunk {
            rows,
            logits,
            weighting,
        })?;
    }
    Ok(())
}

/// h¹ on the device, \[rows, width\].
pub(crate) fn input_tensor(gathered: &Gathered, width: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(
        TensorData::new(gathered.input.clone(), [gathered.rows, width]),
        device,
    )
}

/// σ(z), the probability of a logit.
pub fn probability(logit: f32) -> f32 {
    if logit >= 0.0 {
        1.0 / (1.0 + (-logit).exp())
    } else {
        let e = logit.exp();
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_is_stable_at_both_ends() {
        assert_eq!(probability(0.0), 0.5);
        assert_eq!(probability(-200.0), 0.0);
        assert_eq!(probability(200.0), 1.0);
        assert!((probability(1.5) + probability(-1.5) - 1.0).abs() < 1e-7);
    }
}
