//! What is measured at the end of an epoch.

use burn::tensor::Device;

use super::event::Spread;
use crate::data::{Batch, Examples, Part};
use crate::error::Result;
use crate::metrics::{ScenarioMoments, auc, logloss};
use crate::model::predict::{predict, probability};
use crate::model::{Embeddings, Network};

/// Metrics of a validation part.
pub(super) struct Validation {
    pub(super) auc: Option<f64>,
    pub(super) logloss: Option<f64>,
    pub(super) variance: Vec<Spread>,
}

/// Runs `network` over the validation rows.
pub(super) async fn validate(
    network: &Network,
    embeddings: &Embeddings,
    device: &Device,
    examples: &mut dyn Examples,
) -> Result<Validation> {
    let scenarios = examples.encoder().scenarios().len();
    let rows = examples.rows(Part::Valid) as usize;
    let (mut scores, mut labels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut moments: Vec<ScenarioMoments> = Vec::new();
    let mut index = 0;
    while let Some(Batch { columns, rows }) = examples.block(Part::Valid, index)? {
        index += 1;
        labels.extend(columns.labels_of(rows).unwrap_or_default());
        predict(
            network,
            embeddings,
            device,
            (columns, rows),
            true,
            |chunk| {
                scores.extend(chunk.logits.iter().map(|&z| probability(z)));
                if moments.is_empty() {
                    let sizes = chunk
                        .weighting
                        .iter()
                        .map(|s| s.len() / chunk.rows.len().max(1));
                    moments.extend(sizes.map(|size| ScenarioMoments::new(scenarios, size)));
                }
                for (moments, s) in moments.iter_mut().zip(&chunk.weighting) {
                    moments.add(
                        chunk.rows.iter().map(|&row| columns.scenario[row as usize]),
                        s,
                    );
                }
                Ok(())
            },
        )
        .await?;
    }
    let variance = moments
        .iter()
        .map(|moments| {
            let (between, within) = moments.spread();
            Spread { between, within }
        })
        .collect();
    Ok(Validation {
        auc: auc(&scores, &labels),
        logloss: logloss(&scores, &labels),
        variance,
    })
}
