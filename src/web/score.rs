//! `Scorer`: the scorer-only package's class.

use js_sys::{Array, Float32Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use super::fields::{FieldInfo, known_scenarios};
use crate::data::Columns;
use crate::document;
use crate::error::{Error, ErrorKind};
use crate::schema::Schema;
use crate::scorer::{self, Ids, Scratch};

/// A compiled model.
#[wasm_bindgen]
pub struct Scorer {
    inner: scorer::Scorer,
    scratch: Scratch,
    room: Room,
}

/// Memory that JavaScript writes a few rows into and reads their scores from, where it is. An array that is passed is
/// allocated, copied and freed instead, which for one row counts.
struct Room {
    /// Ids, then offsets.
    words: Vec<u32>,
    /// Dense values, then scores.
    numbers: Vec<f32>,
}

impl Room {
    const LEN: usize = 1024;
}

/// Encoded rows.
#[wasm_bindgen]
pub struct Batch {
    columns: Columns,
}

#[derive(Serialize)]
struct Info<'a> {
    method: &'a str,
    schema: &'a Schema,
    scenarios: Vec<String>,
    columns: Vec<&'a str>,
    fields: Vec<Field<'a>>,
    layers: Vec<Layer>,
}

#[derive(Serialize)]
struct Field<'a> {
    #[serde(flatten)]
    info: FieldInfo,
    column: &'a str,
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct Layer {
    dm: usize,
    dn: usize,
    dr: usize,
    dc: usize,
}

#[wasm_bindgen]
impl Scorer {
    /// Reads, checks and compiles a model file.
    pub fn load(bytes: &[u8]) -> JsResult<Scorer> {
        Ok(Self {
            inner: scorer::Scorer::load(bytes).map_err(js_error)?,
            scratch: Scratch::default(),
            room: Room {
                words: vec![0; Room::LEN],
                numbers: vec![0.0; Room::LEN],
            },
        })
    }

    /// How many ids and offsets there is room for in the wasm's memory; as many dense values and scores.
    #[wasm_bindgen(getter)]
    pub fn room(&self) -> usize {
        Room::LEN
    }

    /// Where in the memory the room for ids is, in bytes.
    #[wasm_bindgen(getter)]
    pub fn words(&self) -> usize {
        self.room.words.as_ptr().addr()
    }

    /// Where the room for dense values and scores is.
    #[wasm_bindgen(getter)]
    pub fn numbers(&self) -> usize {
        self.room.numbers.as_ptr().addr()
    }

    /// Scores what was written into the room: so many ids, behind them offsets; dense values, behind which the scores
    /// are put. False where it does not fit the room or the model: `scoreIds` says why.
    #[wasm_bindgen(js_name = scoreRoom)]
    pub fn score_room(&mut self, ids: usize, offsets: usize, dense: usize, rows: usize) -> bool {
        let Room { words, numbers } = &mut self.room;
        let Some((ids, rest)) = words.split_at_checked(ids) else {
            return false;
        };
        let Some((dense, out)) = numbers.split_at_mut_checked(dense) else {
            return false;
        };
        let (Some(offsets), Some(out)) = (rest.get(..offsets), out.get_mut(..rows)) else {
            return false;
        };
        let ids = Ids {
            ids,
            offsets,
            dense,
            rows,
        };
        self.inner.score_ids(ids, out, &mut self.scratch).is_ok()
    }

    /// Method, schema, scenarios, columns, fields and layers, as JSON.
    pub fn info(&self) -> JsResult<String> {
        let scorer = &self.inner;
        let encoder = scorer.encoder();
        let infos = FieldInfo::all(encoder.fields());
        let fields = encoder.fields().iter().zip(&scorer.layout().spans);
        let info = Info {
            method: scorer.config().method.name(),
            schema: encoder.schema(),
            scenarios: known_scenarios(encoder),
            columns: encoder.columns(),
            fields: infos
                .into_iter()
                .zip(fields)
                .map(|(info, (field, span))| Field {
                    info,
                    column: field.column(),
                    start: span.start,
                    end: span.end,
                })
                .collect(),
            layers: scorer
                .block_shapes()
                .iter()
                .map(|s| Layer {
                    dm: s.dm,
                    dn: s.dn,
                    dr: s.dr,
                    dc: s.dc,
                })
                .collect(),
        };
        serde_json::to_string(&info)
            .map_err(|error| js_error(Error::new(ErrorKind::Usage, error.to_string())))
    }

    /// Encodes rows: a JSON array with an array of cells for every row, in the order of the info's columns; a cell is
    /// text or null.
    pub fn encode(&self, json: &str) -> JsResult<Batch> {
        let rows: Vec<Vec<Option<String>>> = document::from_str(json)
            .map_err(|error| js_error(Error::new(ErrorKind::Data, error.to_string())))?;
        let encoder = self.inner.encoder();
        let mut bound = encoder.bind(&encoder.columns()).map_err(js_error)?;
        let mut columns = bound.columns();
        for (number, row) in rows.iter().enumerate() {
            bound
                .push(row.as_slice(), &mut columns)
                .map_err(|error| js_error(error.prefixed(&format!("row {number}: "))))?;
        }
        Ok(Batch { columns })
    }

    /// One probability a row.
    pub fn score(&mut self, batch: &Batch) -> Vec<f32> {
        self.probabilities(&batch.columns)
    }

    /// One probability a row of ids.
    #[wasm_bindgen(js_name = scoreIds)]
    pub fn score_ids(
        &mut self,
        ids: &[u32],
        offsets: &[u32],
        dense: &[f32],
        rows: usize,
    ) -> JsResult<Vec<f32>> {
        let ids = Ids {
            ids,
            offsets,
            dense,
            rows,
        };
        // Each row has an id at least: more rows than ids are refused below, before memory is asked for.
        let mut out = vec![0.0; rows.min(ids.ids.len())];
        self.inner
            .score_ids(ids, &mut out, &mut self.scratch)
            .map_err(js_error)?;
        Ok(out)
    }

    /// The compact s of every layer, rows × d_r × d_c each.
    #[wasm_bindgen(unchecked_return_type = "Float32Array[]")]
    pub fn weighting(&self, batch: &Batch) -> Array {
        let layers = self.inner.weighting(&batch.columns, &all(&batch.columns));
        layers
            .iter()
            .map(|s| Float32Array::from(s.as_slice()))
            .collect()
    }

    fn probabilities(&mut self, columns: &Columns) -> Vec<f32> {
        let mut out = vec![0.0; columns.rows];
        self.inner
            .score(columns, &all(columns), &mut out, &mut self.scratch);
        out
    }
}

fn all(columns: &Columns) -> Vec<u32> {
    (0..columns.rows as u32).collect()
}

#[wasm_bindgen]
impl Batch {
    /// The number of rows.
    #[wasm_bindgen(getter)]
    pub fn rows(&self) -> usize {
        self.columns.rows
    }
}
