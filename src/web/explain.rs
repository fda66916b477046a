//! What a model does, shown: mean matrices, a map of rows, single impressions.

use js_sys::{Float32Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::error::{JsResult, js_error};
use super::model::{Model, encode};
use super::types::{set, to_js};
use crate::data::{self, LabelUse, SplitUse};
use crate::explain::{self, Explanation};
#[cfg(feature = "map")]
use crate::explain::{PointMap, PointOptions, Points, Separation};
use crate::model;

/// The points of a map with what they are.
#[cfg(feature = "map")]
#[derive(serde::Serialize)]
struct Mapped {
    separation: Separation,
    /// The scenarios that have points.
    scenarios: Vec<String>,
    /// Of every point its place in the list of scenarios.
    scenario: Vec<usize>,
    /// `null` with too few points for a map.
    map: Option<PointMap>,
}

#[wasm_bindgen]
impl Model {
    /// The mean weighting matrices per scenario over the rows of a file; rows that cannot be read are an error (`fail`) or
    /// left out (`skip`).
    #[wasm_bindgen(unchecked_return_type = "Promise<Explanation>")]
    pub fn explain(&self, csv: Vec<u8>, on_bad: Option<String>) -> Promise {
        let model = self.inner.clone();
        future_to_promise(async move {
            let (data, rows) = whole(&model, &csv, on_bad.as_deref())?;
            let explanation = explain::explain(&model, &data, &rows)
                .await
                .map_err(js_error)?;
            explanation_to_js(&explanation)
        })
    }

    /// Rows as points in the space of their weighting matrices, at most `per_scenario` of each scenario, laid out in
    /// two dimensions by t-SNE; bad rows as in `explain`.
    #[cfg(feature = "map")]
    #[wasm_bindgen(unchecked_return_type = "Promise<ScenarioMap>")]
    pub fn map(
        &self,
        csv: Vec<u8>,
        per_scenario: usize,
        seed: u32,
        on_bad: Option<String>,
    ) -> Promise {
        let model = self.inner.clone();
        future_to_promise(async move {
            let (data, rows) = whole(&model, &csv, on_bad.as_deref())?;
            let options = PointOptions {
                per_scenario,
                layer: None,
                seed: seed.into(),
            };
            let points = Points::of(&model, &data, &rows, options)
                .await
                .map_err(js_error)?;
            let (present, scenario) = points.places();
            let names = model.encoder().scenarios();
            to_js(&Mapped {
                separation: points.separation(),
                scenarios: present
                    .iter()
                    .map(|&id| names[id as usize].clone())
                    .collect(),
                scenario,
                map: explain::map(&points, seed.into()),
            })
        })
    }

    /// The first rows of each scenario of a file, as they stand in it.
    #[wasm_bindgen(unchecked_return_type = "Impression[]")]
    pub fn impressions(&self, csv: &[u8], per_scenario: usize) -> JsResult<JsValue> {
        let impressions =
            data::impressions(csv, "data", self.inner.encoder(), per_scenario).map_err(js_error)?;
        to_js(&impressions)
    }
}

/// All rows of a file, labelled or not.
fn whole(
    model: &model::Model,
    csv: &[u8],
    on_bad: Option<&str>,
) -> JsResult<(data::Dataset, Vec<u32>)> {
    let data = encode(model, csv, LabelUse::Ignored, SplitUse::Whole, on_bad)?;
    let rows = (0..data.columns.rows as u32).collect();
    Ok((data, rows))
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
