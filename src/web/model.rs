//! `Model`: scores, evaluates and explains.

use std::rc::Rc;

use js_sys::{Float32Array, Promise, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::dataset::on_bad_row;
use super::device::current;
use super::error::{JsResult, js_error};
use super::fields::{FieldInfo, known_scenarios};
use super::types::{set, to_js};
use crate::artifact::Artifact;
use crate::data::{self, EncodedStream, LabelUse, LoadOptions, Part, SplitUse, StreamOptions};
use crate::error::{Error, ErrorKind};
use crate::explain::{self, Explanation};
use crate::metrics::ParameterCounts;
use crate::model::{self, evaluate};

/// A trained model on a device.
#[wasm_bindgen]
pub struct Model {
    inner: Rc<model::Model>,
    device: &'static str,
}

#[derive(Serialize)]
struct Info<'a> {
    method: &'a str,
    weighted: bool,
    config: &'a model::NetworkConfig,
    training: &'a crate::artifact::TrainingSummary,
    scenarios: Vec<String>,
    fields: Vec<FieldInfo>,
    parameters: ParameterCounts,
}

#[wasm_bindgen]
impl Model {
    /// Loads a model file onto the device that was opened last.
    pub async fn load(bytes: Vec<u8>) -> JsResult<Model> {
        let device = current().await?;
        let artifact = Artifact::from_bytes(&bytes).map_err(js_error)?;
        let model = model::Model::from_artifact(artifact, &device.device).map_err(js_error)?;
        Ok(Self::wrap(model, device.name))
    }

    pub(super) fn wrap(model: model::Model, device: &'static str) -> Self {
        Self {
            inner: Rc::new(model),
            device,
        }
    }

    /// The model file's bytes.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn save(&self) -> Promise {
        let model = self.inner.clone();
        future_to_promise(async move {
            let artifact = model.to_artifact().await.map_err(js_error)?;
            Ok(Uint8Array::from(&artifact.to_bytes().map_err(js_error)?[..]).into())
        })
    }

    /// Method, settings, scenarios, fields and sizes.
    #[wasm_bindgen(getter, unchecked_return_type = "ModelInfo")]
    pub fn info(&self) -> JsResult<JsValue> {
        let model = &self.inner;
        let (embedding, network) = model.parameter_counts();
        to_js(&Info {
            method: model.config().method.name(),
            weighted: model.config().method.weighting().is_some(),
            config: model.config(),
            training: model.summary(),
            scenarios: known_scenarios(model.encoder()),
            fields: FieldInfo::all(model.encoder().fields()),
            parameters: ParameterCounts {
                embedding: embedding as u64,
                network: network as u64,
            },
        })
    }

    /// One probability a row, NaN for a row that was skipped.
    #[wasm_bindgen(unchecked_return_type = "Promise<Scores>")]
    pub fn score(&self, csv: Vec<u8>, on_bad: Option<String>) -> Promise {
        let model = self.inner.clone();
        future_to_promise(async move { score(&model, &csv, on_bad.as_deref()).await })
    }

    /// The report on a part (`test`, `valid`, `train` or `all`; test by default) of a labelled file.
    #[wasm_bindgen(unchecked_return_type = "Promise<Report>")]
    pub fn evaluate(&self, csv: Vec<u8>, part: Option<String>) -> Promise {
        let (model, device) = (self.inner.clone(), self.device);
        future_to_promise(async move {
            let started = js_sys::Date::now();
            let part = part.as_deref().unwrap_or("test");
            let split = if part == "all" {
                SplitUse::Whole
            } else {
                SplitUse::Fitted
            };
            let data = encode(&model, &csv, LabelUse::Required, split)?;
            let rows = match part {
                "test" => data.rows_of(Part::Test),
                "valid" => data.rows_of(Part::Valid),
                "train" => data.rows_of(Part::Train),
                "all" => (0..data.columns.rows as u32).collect(),
                other => {
                    return Err(js_error(Error::new(
                        ErrorKind::Config,
                        format!("unknown part {other:?}"),
                    )));
                }
            };
            let mut report = evaluate::report(&model, &data, &rows, device)
                .await
                .map_err(js_error)?;
            report.seconds = (js_sys::Date::now() - started) / 1000.0;
            to_js(&report)
        })
    }

    /// The mean weighting matrices per scenario over the rows of a file.
    #[wasm_bindgen(unchecked_return_type = "Promise<Explanation>")]
    pub fn explain(&self, csv: Vec<u8>) -> Promise {
        let model = self.inner.clone();
        future_to_promise(async move {
            let data = encode(&model, &csv, LabelUse::Ignored, SplitUse::Whole)?;
            let rows: Vec<u32> = (0..data.columns.rows as u32).collect();
            let explanation = explain::explain(&model, &data, &rows)
                .await
                .map_err(js_error)?;
            explanation_to_js(&explanation)
        })
    }
}

fn encode(
    model: &model::Model,
    csv: &[u8],
    label: LabelUse,
    split: SplitUse,
) -> JsResult<data::Dataset> {
    let options = LoadOptions {
        label,
        split,
        seed: model.summary().seed,
        ..Default::default()
    };
    data::encode(csv, "data", model.encoder(), options).map_err(js_error)
}

async fn score(model: &model::Model, csv: &[u8], on_bad: Option<&str>) -> JsResult<JsValue> {
    let options = StreamOptions {
        on_bad_row: on_bad_row(on_bad)?,
        label: LabelUse::Ignored,
        ..Default::default()
    };
    let mut stream = EncodedStream::new(csv, "data", model.encoder(), options).map_err(js_error)?;
    let (mut scores, mut reasons, mut skipped, mut unknown_scenarios) =
        (Vec::new(), Vec::new(), 0_u32, 0_u64);
    let fields = model.encoder().fields();
    let mut unknown = vec![0_u64; fields.len()];
    while let Some(chunk) = stream.next_chunk(4096).map_err(js_error)? {
        let rows: Vec<u32> = (0..chunk.rows() as u32).collect();
        let probabilities = model
            .probabilities(&chunk.columns, &rows)
            .await
            .map_err(js_error)?;
        scores.extend(
            probabilities
                .iter()
                .zip(chunk.usable())
                .map(|(&p, usable)| if usable { p } else { f32::NAN }),
        );
        skipped += chunk.bad.len() as u32;
        reasons.extend(
            chunk
                .bad
                .iter()
                .take(5_usize.saturating_sub(reasons.len()))
                .map(|(_, error)| error.to_string()),
        );
        unknown_scenarios += chunk.columns.unknown_scenarios();
        for (sum, count) in unknown.iter_mut().zip(chunk.columns.unknown()) {
            *sum += count;
        }
    }
    let out = js_sys::Object::new().into();
    set(&out, "scores", Float32Array::from(&scores[..]));
    set(&out, "skipped", skipped);
    set(&out, "skipReasons", to_js(&reasons)?);
    set(&out, "unknownScenarios", unknown_scenarios as f64);
    let oov = js_sys::Object::new().into();
    for (field, count) in fields.iter().zip(unknown).filter(|(_, count)| *count > 0) {
        set(&oov, field.name(), count as f64);
    }
    set(&out, "outOfVocabulary", oov);
    Ok(out)
}

fn explanation_to_js(explanation: &Explanation) -> JsResult<JsValue> {
    let out: JsValue = js_sys::Object::new().into();
    set(&out, "method", explanation.method.as_str());
    set(&out, "rows", explanation.rows as u32);
    set(&out, "scenarios", to_js(&explanation.scenarios)?);
    let layers = js_sys::Array::new();
    for layer in &explanation.layers {
        let value = to_js(&layer.shape)?;
        set(&value, "mean", Float32Array::from(&layer.mean.concat()[..]));
        set(&value, "between", layer.between);
        set(&value, "within", layer.within);
        let ratio = if layer.within > 0.0 {
            (layer.between / layer.within).into()
        } else {
            JsValue::NULL
        };
        set(&value, "betweenWithin", ratio);
        if !layer.fields.is_empty() {
            set(&value, "fields", to_js(&layer.fields)?);
        }
        layers.push(&value);
    }
    set(&out, "layers", layers);
    set(&out, "similarity", matrix(&explanation.similarity));
    set(&out, "cosine", matrix(&explanation.cosine));
    Ok(out)
}

fn matrix(rows: &[Vec<Option<f64>>]) -> Float32Array {
    let values: Vec<f32> = rows
        .iter()
        .flatten()
        .map(|v| v.map_or(f32::NAN, |v| v as f32))
        .collect();
    Float32Array::from(&values[..])
}
