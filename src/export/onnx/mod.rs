//! A model as an ONNX file: ids and dense values in, probabilities out.
//!
//! Opset 17. Inputs: `ids` int32 \[rows, single-valued fields\] in the encoder's order of fields; `dense` float
//! \[rows, dense fields\] as in the log, NaN where missing; for each multi-valued field `bag.FIELD` int32
//! \[rows, any\], −1 behind the last id. Output: `probability` float \[rows\]. The metadata property `mi-dpg` is the
//! model file's document with schema and vocabularies.
//!
//! Modulated layers stay factored and the tables of single-valued fields are one, so that a runtime makes one look-up
//! and no d_m × d_n matrix for a row. Nothing in the graph checks an id: one that is not below its field's size takes a
//! row of the next field's. 0 stands for a value that is not in the vocabulary.

mod adasparse;
mod apg;
mod dpg;
mod graph;
mod input;
mod network;
mod pepnet;
mod ple;
mod proto;
mod star;

use prost::Message;

use crate::artifact::{Artifact, Metadata};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Embeddings, Method};
use crate::scorer::Parameters;

/// The version of the operators.
pub const OPSET: i64 = 17;

/// Protocol buffers hold no more.
const LARGEST: usize = i32::MAX as usize;

/// The ONNX file of a model.
///
/// # Errors
/// Those of [`Artifact::check`] (none after [`Artifact::from_bytes`]), and [`ErrorKind::Config`] when the file would be larger
/// than 2 GiB, the most that the format holds.
pub fn export(artifact: Artifact) -> Result<Vec<u8>> {
    artifact.check()?;
    let document = serde_json::to_string(&artifact.metadata)
        .map_err(|error| Error::new(ErrorKind::ModelFile, error.to_string()))?;
    let Artifact {
        metadata,
        mut tensors,
    } = artifact;
    let Metadata {
        network, encoder, ..
    } = metadata;
    let fields = encoder.fields();
    let embeddings = Embeddings::take(fields, network.embedding, &mut tensors)?;
    let layout = embeddings.layout();
    let parameters = &mut Parameters(tensors);
    let graph = &mut graph::Graph::default();
    let input = &input::build(graph, fields, encoder.scenario_field(), &embeddings);
    let hidden = network.hidden.len();
    let logit = match &network.method {
        Method::Dnn => network::backbone(graph, "", hidden, parameters, &input.values)?,
        Method::Ple(config) => {
            ple::build(graph, config, hidden, layout.scenarios, parameters, input)?
        }
        Method::Star(config) => {
            star::build(graph, config, hidden, layout.scenarios, parameters, input)?
        }
        Method::PepNet(config) => pepnet::build(graph, config, hidden, layout, parameters, input)?,
        Method::AdaSparse(config) => adasparse::build(graph, config, hidden, parameters, input)?,
        Method::Apg(config) => {
            apg::build(graph, config, &network.hidden, layout, parameters, input)?
        }
        Method::Dpg { weighting } | Method::MiDpg { weighting, .. } => {
            let blocks = network.block_shapes(layout.width);
            dpg::build(graph, weighting, &blocks, parameters, input)?
        }
    };
    let probability = graph.sigmoid(&logit, 1.0);
    let probability = graph.reshape(&probability, &[-1]);
    let model = proto::Model {
        ir_version: 8,
        producer_name: "mi-dpg".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: format!("{} model of the conversion rate", network.method.name()),
        graph: Some(std::mem::take(graph).finish("probability", &probability)),
        opset_import: vec![proto::OperatorSet {
            domain: String::new(),
            version: OPSET,
        }],
        metadata_props: vec![proto::Entry {
            key: "mi-dpg".to_owned(),
            value: document,
        }],
    };
    let size = model.encoded_len();
    if size > LARGEST {
        return Err(Error::new(
            ErrorKind::Config,
            format!("the ONNX file would have {size} bytes, and the format holds {LARGEST}"),
        )
        .hint("train with hashed fields or narrower embeddings"));
    }
    Ok(model.encode_to_vec())
}
