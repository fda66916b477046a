//! A model that can predict: encoder, embeddings and network together.

use std::sync::Arc;

use burn::tensor::Device;

use super::config::NetworkConfig;
use super::embedding::Embeddings;
use super::network::Network;
use super::parameters;
use super::predict::{Chunk, predict, probability};
use super::{BlockShape, InputLayout};
use crate::artifact::{Artifact, FORMAT, Metadata, TrainingSummary};
use crate::data::{Columns, Encoder};
use crate::error::Result;
use crate::random::Stream;

/// A trained model on a device.
#[derive(Debug, Clone)]
pub struct Model {
    encoder: Arc<Encoder>,
    config: NetworkConfig,
    summary: TrainingSummary,
    embeddings: Embeddings,
    network: Network,
    device: Device,
}

impl Model {
    /// Puts a model together. `network` must be of `config` over the encoder's fields and lie on
    /// `device`, which does not differentiate.
    pub(crate) fn new(
        encoder: Arc<Encoder>,
        config: NetworkConfig,
        summary: TrainingSummary,
        embeddings: Embeddings,
        network: Network,
        device: Device,
    ) -> Self {
        Self {
            encoder,
            config,
            summary,
            embeddings,
            network,
            device,
        }
    }

    /// Loads a model file's content onto `device`.
    ///
    /// # Errors
    /// As [`Artifact::check`]; none after [`Artifact::from_bytes`].
    pub fn from_artifact(artifact: Artifact, device: &Device) -> Result<Self> {
        artifact.check()?;
        let Artifact {
            metadata,
            mut tensors,
        } = artifact;
        let Metadata {
            network: config,
            encoder,
            training: summary,
            ..
        } = metadata;
        let fields = encoder.fields();
        let embeddings = Embeddings::take(fields, config.embedding, &mut tensors)?;
        // Of discriminators that are not in the file only the settings speak, of any size: they must not be made.
        let discriminates = tensors
            .keys()
            .any(|name| name.starts_with(super::shapes::DISCRIMINATORS));
        let in_file = match discriminates {
            true => config.clone(),
            false => config.without_discriminators(),
        };
        // The values are replaced at once; only shapes and names are taken from the fresh network.
        let network = Network::init(
            &in_file,
            embeddings.layout(),
            &mut Stream::new(0, "unused"),
            device,
        );
        let network = parameters::load(network, &mut tensors, device)?;
        Ok(Self::new(
            Arc::new(encoder),
            config,
            summary,
            embeddings,
            network,
            device.clone(),
        ))
    }

    /// The model file's content.
    ///
    /// # Errors
    /// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost.
    pub async fn to_artifact(&self) -> Result<Artifact> {
        let mut tensors = parameters::read(&self.network).await?;
        tensors.extend(self.embeddings.tensors(self.encoder.fields()));
        let metadata = Metadata {
            format: FORMAT,
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            network: self.config.clone(),
            encoder: (*self.encoder).clone(),
            training: self.summary.clone(),
        };
        Ok(Artifact { metadata, tensors })
    }

    /// Probabilities of `rows` of `columns`, in their order.
    ///
    /// # Errors
    /// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost.
    ///
    /// # Panics
    /// When `columns` is of another encoder, or has fewer rows than `rows` asks for.
    pub async fn probabilities(&self, columns: &Columns, rows: &[u32]) -> Result<Vec<f32>> {
        let mut out = Vec::with_capacity(rows.len());
        let visit = |chunk: Chunk<'_>| {
            out.extend(chunk.logits.iter().map(|&z| probability(z)));
            Ok(())
        };
        predict(
            &self.network,
            &self.embeddings,
            &self.device,
            (columns, rows),
            false,
            visit,
        )
        .await?;
        Ok(out)
    }

    /// Logits and weighting matrices of `rows`, chunk by chunk.
    ///
    /// # Errors
    /// [`ErrorKind::Device`](crate::ErrorKind::Device) when the device was lost, or what `visit` returns.
    ///
    /// # Panics
    /// As [`probabilities`](Self::probabilities).
    pub async fn explain_rows(
        &self,
        columns: &Columns,
        rows: &[u32],
        visit: impl FnMut(Chunk<'_>) -> Result<()>,
    ) -> Result<()> {
        predict(
            &self.network,
            &self.embeddings,
            &self.device,
            (columns, rows),
            true,
            visit,
        )
        .await
    }

    /// Schema, vocabularies and statistics.
    pub fn encoder(&self) -> &Arc<Encoder> {
        &self.encoder
    }

    /// Shapes and method.
    pub fn config(&self) -> &NetworkConfig {
        &self.config
    }

    /// How the model came about.
    pub fn summary(&self) -> &TrainingSummary {
        &self.summary
    }

    /// Where each field lies in the network's input.
    pub fn layout(&self) -> &InputLayout {
        self.embeddings.layout()
    }

    /// Shapes of the weighting matrices, one per modulated layer.
    pub fn block_shapes(&self) -> Vec<BlockShape> {
        self.config.block_shapes(self.layout().width)
    }

    /// Parameters in the embedding tables and in the network.
    pub fn parameter_counts(&self) -> (usize, usize) {
        (
            self.embeddings.parameters(),
            parameters::count(&self.network),
        )
    }

    pub(crate) fn parts(&self) -> (&Embeddings, &Network) {
        (&self.embeddings, &self.network)
    }
}
