//! Frozen inference: a model file in, probabilities out; our own kernels, no Burn.
//!
//! [`Scorer::load`] checks the file and compiles its network once: weights go into the order in which the kernels read
//! them, and what depends on the scenario alone is multiplied into plain networks (STAR, APG and DPG conditioned on
//! the scenario). Scoring then allocates nothing per row.

mod adasparse;
mod apg;
mod by_row;
mod dpg;
mod folded;
mod gather;
mod generator;
mod groups;
mod ids;
mod layers;
mod network;
mod panels;
mod parameters;
mod pepnet;
mod ple;
mod scratch;
#[cfg(test)]
#[cfg(all(feature = "flex", not(target_family = "wasm")))]
mod scratch_tests;
mod star;

#[cfg(feature = "onnx")]
pub(crate) use apg::factor as apg_factor;
pub use ids::Ids;
#[cfg(feature = "onnx")]
pub(crate) use parameters::Linear;
pub(crate) use parameters::Parameters;
pub use scratch::Scratch;
#[cfg(feature = "onnx")]
pub(crate) use star::folded as folded_star;

use std::ops::Range;
use std::sync::Arc;

use crate::artifact::{Artifact, Metadata, TrainingSummary};
use crate::data::{Columns, Encoder};
use crate::error::{Error, ErrorKind, Result};
use crate::kernels;
use crate::model::{BlockShape, Embeddings, InputLayout, NetworkConfig};
use gather::{Cell, Impressions, Selected};
use ids::IdLayout;
use network::{Compile, Input, Network};

/// Rows that go through the network at once: their hidden vectors stay in the cache.
pub const CHUNK: usize = 256;

/// A compiled model. It never changes: threads score with one at the same time, each with a [`Scratch`] of its own.
///
/// ```no_run
/// use mi_dpg::scorer::{Ids, Scorer, Scratch};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scorer = Scorer::load(&std::fs::read("model.safetensors")?)?;
/// // Two rows of a model with three single-valued fields: ids by the fields' own vocabularies.
/// let [category, user, item] = scorer.encoder().fields() else {
///     return Err("another model".into());
/// };
/// let mut ids = Vec::new();
/// for row in [["Headphones", "17", "4"], ["Computers", "17", "9"]] {
///     let fields = [category, user, item].into_iter().zip(row);
///     ids.extend(fields.map(|(field, value)| field.vocabulary().id(value)));
/// }
/// let rows = Ids { ids: &ids, offsets: &[], dense: &[], rows: 2 };
/// let mut scores = [0.0; 2];
/// scorer.score_ids(rows, &mut scores, &mut Scratch::default())?;
/// // What re-weights each layer for the first of them: S, d_m × d_n, row by row.
/// for (shape, s) in scorer.block_shapes().iter().zip(scorer.weighting_ids(rows)?) {
///     let whole = shape.expand(&s[..shape.len()]);
///     assert_eq!(whole.len(), shape.dm * shape.dn);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Scorer {
    encoder: Arc<Encoder>,
    config: NetworkConfig,
    summary: TrainingSummary,
    embeddings: Embeddings,
    network: Network,
    ids: IdLayout,
}

impl Scorer {
    /// Reads, checks and compiles a model file.
    ///
    /// # Errors
    /// [`ErrorKind::ModelFile`], as [`Artifact::from_bytes`].
    pub fn load(bytes: &[u8]) -> Result<Self> {
        Artifact::from_bytes(bytes).and_then(Self::compile)
    }

    /// Checks and compiles a model file's content.
    ///
    /// # Errors
    /// As [`Artifact::check`]; none after [`Artifact::from_bytes`].
    pub fn new(artifact: Artifact) -> Result<Self> {
        artifact.check()?;
        Self::compile(artifact)
    }

    /// Compiles content that has been checked.
    fn compile(artifact: Artifact) -> Result<Self> {
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
        let embeddings = Embeddings::take(encoder.fields(), config.embedding, &mut tensors)?;
        let network = Network::compile(
            &config,
            Compile {
                parameters: &mut Parameters(tensors),
                layout: embeddings.layout(),
                hidden: &config.hidden,
                blocks: config.block_shapes(embeddings.layout().width),
                embeddings: &embeddings,
                scenario: encoder.scenario_field(),
            },
        )?;
        Ok(Self {
            ids: IdLayout::new(encoder.fields()),
            encoder: Arc::new(encoder),
            config,
            summary,
            embeddings,
            network,
        })
    }

    /// Schema, vocabularies and statistics: encodes rows for [`score`](Self::score) and
    /// [`probabilities`](Self::probabilities).
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

    /// Shapes of the weighting matrices, one per modulated layer; none for methods without.
    pub fn block_shapes(&self) -> Vec<BlockShape> {
        match self.config.method.weighting() {
            Some(_) => self.config.block_shapes(self.layout().width),
            None => Vec::new(),
        }
    }

    /// Probabilities of `rows` of `columns`, in their order, into `out`; `scratch` is memory to work in, which later
    /// calls use again.
    ///
    /// # Panics
    /// When `out` has another length than `rows`, or `columns` is of another encoder or has fewer rows than `rows` asks
    /// for.
    pub fn score(&self, columns: &Columns, rows: &[u32], out: &mut [f32], scratch: &mut Scratch) {
        self.score_all(&Selected { columns, rows }, out, scratch);
    }

    /// Probabilities of rows that come as ids, into `out`, one a row.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] when there are too few or too many numbers, offsets fall or end too far, or an id is not
    /// below its field's size; it names the field and the row, from 0.
    pub fn score_ids(&self, ids: Ids<'_>, out: &mut [f32], scratch: &mut Scratch) -> Result<()> {
        let checked = self.ids.check(ids)?;
        if out.len() != ids.rows {
            let message = format!("out has {} places for {} rows", out.len(), ids.rows);
            return Err(Error::new(ErrorKind::Data, message));
        }
        self.score_all(&checked, out, scratch);
        Ok(())
    }

    /// Probabilities of `rows` of `columns`, in their order; with the feature `parallel` on all cores.
    ///
    /// # Panics
    /// When `columns` is of another encoder, or has fewer rows than `rows` asks for.
    pub fn probabilities(&self, columns: &Columns, rows: &[u32]) -> Vec<f32> {
        let mut out = vec![0.0; rows.len()];
        #[cfg(feature = "parallel")]
        {
            use rayon::prelude::*;
            rows.par_chunks(CHUNK)
                .zip(out.par_chunks_mut(CHUNK))
                .for_each_init(Scratch::default, |scratch, (rows, out)| {
                    self.score(columns, rows, out, scratch);
                });
        }
        #[cfg(not(feature = "parallel"))]
        self.score(columns, rows, &mut out, &mut Scratch::default());
        out
    }

    /// The compact weighting matrices of `rows`, \[rows, d_r, d_c\] for each of
    /// [`block_shapes`](Self::block_shapes), which [expand](BlockShape::expand) one of them to S.
    ///
    /// # Panics
    /// As [`probabilities`](Self::probabilities).
    pub fn weighting(&self, columns: &Columns, rows: &[u32]) -> Vec<Vec<f32>> {
        self.weighting_all(&Selected { columns, rows }, &mut Scratch::default())
    }

    /// The same of rows that come as ids.
    ///
    /// # Errors
    /// As [`score_ids`](Self::score_ids).
    pub fn weighting_ids(&self, ids: Ids<'_>) -> Result<Vec<Vec<f32>>> {
        Ok(self.weighting_all(&self.ids.check(ids)?, &mut Scratch::default()))
    }

    fn score_all(&self, rows: &impl Impressions, out: &mut [f32], scratch: &mut Scratch) {
        assert_eq!(rows.len(), out.len());
        for (chunk, out) in out.chunks_mut(CHUNK).enumerate() {
            let start = chunk * CHUNK;
            self.logits(rows, start..start + out.len(), out, None, scratch);
            kernels::sigmoid(out, 1.0);
        }
    }

    fn weighting_all(&self, rows: &impl Impressions, scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let sizes = self.block_shapes().into_iter().map(|shape| shape.len());
        let mut all: Vec<Vec<f32>> = sizes
            .map(|size| Vec::with_capacity(rows.len() * size))
            .collect();
        let mut logits = [0.0; CHUNK];
        let mut start = 0;
        while start < rows.len() {
            let end = rows.len().min(start + CHUNK);
            let mut s = Vec::new();
            let logits = &mut logits[..end - start];
            self.logits(rows, start..end, logits, Some(&mut s), scratch);
            for (all, s) in all.iter_mut().zip(s) {
                all.extend_from_slice(&s);
            }
            start = end;
        }
        all
    }

    /// Logits of at most [`CHUNK`] of the rows.
    fn logits(
        &self,
        from: &impl Impressions,
        rows: Range<usize>,
        out: &mut [f32],
        weighting: Option<&mut Vec<Vec<f32>>>,
        scratch: &mut Scratch,
    ) {
        let width = self.layout().width;
        let mut values = scratch.take(rows.len() * width);
        gather::gather(&self.embeddings, from, rows.clone(), &mut values);
        let field = self.encoder.scenario_field();
        let mut scenario = std::mem::take(&mut scratch.scenario);
        scenario.clear();
        scenario.extend(rows.map(|row| match from.cell(field, row) {
            Cell::Id(id) => id,
            Cell::Bag(_) | Cell::Number(_) => 0,
        }));
        let input = Input {
            values: &values,
            width,
            scenario: &scenario,
        };
        self.network.forward(&input, out, weighting, scratch);
        scratch.scenario = scenario;
        scratch.give(values);
    }
}
