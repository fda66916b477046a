//! `Dataset`: a parsed, encoded and split file.

use std::sync::Arc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use super::fields::{FieldInfo, known_scenarios};
use super::schema::schema_of;
use super::types::to_js;
use crate::data::{self, LoadOptions, OnBadRow, Part};
use crate::error::{Error, ErrorKind};

/// A parsed, encoded and split file.
#[wasm_bindgen]
pub struct Dataset {
    pub(super) inner: Arc<data::Dataset>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    rows: usize,
    parts: Parts,
    skipped: u64,
    skip_reasons: Vec<String>,
    positives: usize,
    scenarios: Vec<String>,
    fields: Vec<FieldInfo>,
}

#[derive(Serialize)]
struct Parts {
    train: usize,
    valid: usize,
    test: usize,
}

/// `fail` or `skip`.
pub(super) fn on_bad_row(name: Option<&str>) -> JsResult<OnBadRow> {
    match name {
        None | Some("fail") => Ok(OnBadRow::Fail),
        Some("skip") => Ok(OnBadRow::Skip),
        Some(other) => Err(js_error(Error::new(
            ErrorKind::Config,
            format!("onBadRow is \"fail\" or \"skip\", not {other:?}"),
        ))),
    }
}

#[wasm_bindgen]
impl Dataset {
    /// Parses a file (plain or gzip) with a preset's name or a TOML schema.
    pub fn parse(csv: &[u8], schema: &str, seed: u32, on_bad: Option<String>) -> JsResult<Dataset> {
        let schema = schema_of(schema).map_err(js_error)?;
        let options = LoadOptions {
            on_bad_row: on_bad_row(on_bad.as_deref())?,
            seed: seed.into(),
            ..Default::default()
        };
        let inner = data::load(csv, "data", &schema, options).map_err(js_error)?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Counts, scenarios and fields.
    #[wasm_bindgen(getter, unchecked_return_type = "DatasetInfo")]
    pub fn info(&self) -> JsResult<JsValue> {
        let data = &self.inner;
        let part = |part| data.parts.iter().filter(|p| **p == part).count();
        to_js(&Info {
            rows: data.columns.rows,
            parts: Parts {
                train: part(Part::Train),
                valid: part(Part::Valid),
                test: part(Part::Test),
            },
            skipped: data.report.skipped,
            skip_reasons: data.report.skip_reasons.clone(),
            positives: data
                .columns
                .labels
                .iter()
                .flatten()
                .filter(|&&y| y == 1)
                .count(),
            scenarios: known_scenarios(&data.encoder),
            fields: FieldInfo::all(data.encoder.fields()),
        })
    }
}
