//! `Model`: scores, evaluates and explains.

use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::dataset::on_bad_row;
use super::device::current;
use super::error::{JsResult, js_error};
use super::fields::{FieldInfo, known_scenarios};
use super::scoring::Scoring;
use super::types::to_js;
use crate::artifact::Artifact;
use crate::data::{self, LabelUse, LoadOptions, Part, SplitUse};
use crate::error::{Error, ErrorKind};
use crate::metrics::ParameterCounts;
use crate::model::{self, evaluate};

/// A trained model on a device.
#[wasm_bindgen]
pub struct Model {
    pub(super) inner: Rc<model::Model>,
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

    /// The scores of a file's rows, chunk by chunk; rows that cannot be read are an error (`fail`) or NaN (`skip`).
    pub fn scoring(&self, csv: Vec<u8>, on_bad: Option<String>) -> JsResult<Scoring> {
        Scoring::open(self.inner.clone(), csv, on_bad.as_deref())
    }

    /// The report on a part (`test`, `valid`, `train` or `all`; test by default) of a labelled file; rows that cannot be
    /// read are an error (`fail`) or left out (`skip`).
    #[wasm_bindgen(unchecked_return_type = "Promise<Report>")]
    pub fn evaluate(&self, csv: Vec<u8>, part: Option<String>, on_bad: Option<String>) -> Promise {
        let (model, device) = (self.inner.clone(), self.device);
        future_to_promise(async move {
            let started = js_sys::Date::now();
            let part = part.as_deref().unwrap_or("test");
            let split = if part == "all" {
                SplitUse::Whole
            } else {
                SplitUse::Fitted
            };
            let data = encode(&model, &csv, LabelUse::Required, split, on_bad.as_deref())?;
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
}

pub(super) fn encode(
    model: &model::Model,
    csv: &[u8],
    label: LabelUse,
    split: SplitUse,
    on_bad: Option<&str>,
) -> JsResult<data::Dataset> {
    let options = LoadOptions {
        on_bad_row: on_bad_row(on_bad)?,
        label,
        split,
        seed: model.summary().seed,
        ..Default::default()
    };
    data::encode(csv, "data", model.encoder(), options).map_err(js_error)
}
