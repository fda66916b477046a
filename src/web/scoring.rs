//! `Scoring`: a file's rows scored chunk by chunk, so that whoever waits sees how far it is.

use std::cell::RefCell;
use std::io::Cursor;
use std::rc::Rc;

use js_sys::{Float32Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::dataset::on_bad_row;
use super::error::{JsResult, busy, js_error};
use super::types::{set, to_js};
use crate::data::{Chunk, EncodedStream, LabelUse, StreamOptions};
use crate::model::Model;

/// Reasons that are told of a chunk's skipped rows.
const REASONS: usize = 5;

/// A file that is being scored.
#[wasm_bindgen]
pub struct Scoring {
    total: usize,
    /// Taken out while a call works on it.
    state: Rc<RefCell<Option<State>>>,
}

struct State {
    model: Rc<Model>,
    stream: EncodedStream<'static>,
}

impl Scoring {
    pub(super) fn open(model: Rc<Model>, csv: Vec<u8>, on_bad: Option<&str>) -> JsResult<Self> {
        let options = StreamOptions {
            on_bad_row: on_bad_row(on_bad)?,
            label: LabelUse::Ignored,
            ..Default::default()
        };
        let total = csv.len();
        let stream = EncodedStream::new(Cursor::new(csv), "data", model.encoder(), options)
            .map_err(js_error)?;
        Ok(Self {
            total,
            state: Rc::new(RefCell::new(Some(State { model, stream }))),
        })
    }
}

#[wasm_bindgen]
impl Scoring {
    /// The bytes of the file.
    #[wasm_bindgen(getter)]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The next rows, at most `rows`; `undefined` after the last.
    #[wasm_bindgen(unchecked_return_type = "Promise<ScoredRows | undefined>")]
    pub fn next(&self, rows: usize) -> Promise {
        let slot = Rc::clone(&self.state);
        future_to_promise(async move {
            let Some(mut state) = slot.take() else {
                return Err(busy("scoring"));
            };
            let result = state.next(rows).await;
            slot.replace(Some(state));
            result
        })
    }
}

impl State {
    async fn next(&mut self, rows: usize) -> JsResult<JsValue> {
        let Some(chunk) = self.stream.next_chunk(rows).map_err(js_error)? else {
            return Ok(JsValue::UNDEFINED);
        };
        let out = score(&self.model, chunk).await?;
        set(&out, "bytesRead", self.stream.bytes_read() as f64);
        Ok(out)
    }
}

async fn score(model: &Model, chunk: &Chunk) -> JsResult<JsValue> {
    let rows: Vec<u32> = (0..chunk.rows() as u32).collect();
    let mut scores = model
        .probabilities(&chunk.columns, &rows)
        .await
        .map_err(js_error)?;
    for (score, usable) in scores.iter_mut().zip(chunk.usable()) {
        if !usable {
            *score = f32::NAN;
        }
    }
    let reasons: Vec<String> = chunk
        .bad
        .iter()
        .take(REASONS)
        .map(|(_, error)| error.to_string())
        .collect();
    let unknown = js_sys::Object::new().into();
    let counts = chunk.columns.unknown();
    for (field, count) in model.encoder().fields().iter().zip(counts) {
        if count > 0 {
            set(&unknown, field.name(), count as f64);
        }
    }
    let out = js_sys::Object::new().into();
    set(&out, "scores", Float32Array::from(&scores[..]));
    set(&out, "skipped", chunk.bad.len() as u32);
    set(&out, "skipReasons", to_js(&reasons)?);
    set(
        &out,
        "unknownScenarios",
        chunk.columns.unknown_scenarios() as f64,
    );
    set(&out, "outOfVocabulary", unknown);
    Ok(out)
}
