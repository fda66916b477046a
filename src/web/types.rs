//! The TypeScript side of what is passed as plain objects.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::{JsResult, js_error};
use crate::error::{Error, ErrorKind};

/// `value` as plain objects and arrays (no `Map`s).
pub(super) fn to_js(value: &impl Serialize) -> JsResult<JsValue> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| js_error(Error::new(ErrorKind::Usage, error.to_string())))
}

/// Puts `value` under `key` of `object`.
pub(super) fn set(object: &JsValue, key: &str, value: impl Into<JsValue>) {
    // Only fails on frozen or foreign objects; these are ours.
    let _ = js_sys::Reflect::set(object, &key.into(), &value.into());
}

#[derive(Serialize)]
pub(super) struct DeviceInfo<'a> {
    pub(super) name: &'a str,
    pub(super) reason: &'a str,
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Every error thrown: an Error with a stable kind. */
export interface MidpgError extends Error {
  name: "MidpgError";
  kind: "io" | "schema" | "data" | "model-file" | "config" | "device" | "training" | "cancelled" | "usage";
}
export interface DeviceInfo { name: "cpu" | "ndarray" | "webgpu"; reason: string }
export interface FieldInfo { name: string; role: "scenario" | "agnostic"; kind: "id" | "bag" | "dense"; size: number }
export interface DatasetInfo {
  rows: number; parts: { train: number; valid: number; test: number };
  skipped: number; skipReasons: string[]; positives: number; scenarios: string[]; fields: FieldInfo[];
}
export type Method = "dnn" | "ple" | "star" | "pepnet" | "adasparse" | "apg" | "dpg" | "mi-dpg";
/** What to train; everything left out has the documented default. */
export interface TrainConfig {
  method: Method;
  variant?: "non" | "rc" | "r" | "c"; dk?: number; drDiv?: number; dcDiv?: number;
  condition?: "input" | "scenario"; gateScale?: number; lambda?: number;
  levels?: number; specificExperts?: number; sharedExperts?: number;
  gates?: "both" | "epnet" | "ppnet"; gateFirstInput?: boolean;
  pruning?: "binarisation" | "scaling" | "fusion";
  apgCondition?: "group" | "mix" | "self"; rankDiv?: number; over?: number;
  embedding?: number; hidden?: number[];
  epochs?: number; patience?: number; batch?: number; lr?: number; seed?: number;
  oovDropout?: number; select?: "auc" | "logloss"; maxSteps?: number;
}
export interface Spread { between: number; within: number }
export interface MutualInformationState { loss: number; floor: number; jsd: number; share: number | null }
export type TrainEvent =
  | { kind: "step"; step: number; steps: number; epoch: number; epochs: number; loss: number; bce: number; mi: number | null; rows: number }
  | { kind: "epoch"; epoch: number; epochs: number; trainLoss: number; validAuc: number | null; validLogloss: number | null; best: boolean; mutualInformation: MutualInformationState | null; variance: Spread[] }
  | { kind: "done"; epochs: number; bestEpoch: number; stoppedEarly: boolean; report: Report | null };
export interface ScenarioReport { rows: number; positives: number; auc: number | null; logloss: number | null; calibration: number | null }
export interface Report extends ScenarioReport {
  scenarios: Record<string, ScenarioReport>;
  grouped_auc: { by_rows: number | null; by_positives: number | null; unweighted: number | null; skipped: number };
  parameters: { embedding: number; network: number }; seconds: number; device: string; seed: number;
  truth?: { best_auc: number | null; best_logloss: number | null; logistic_auc: number | null; logistic_logloss: number | null; auc_gap_closed: number | null; logloss_gap_closed: number | null };
}
export interface TrainingSummary {
  data_sha256: string; rows: number; valid_rows: number; seed: number; device: string;
  epochs: number; best_epoch: number; valid_auc: number | null; valid_logloss: number | null; base_rate: number;
}
export interface ModelInfo {
  method: Method;
  /** Whether it has weighting matrices to explain. */
  weighted: boolean; config: unknown; training: TrainingSummary;
  scenarios: string[]; fields: FieldInfo[]; parameters: { embedding: number; network: number };
}
/** Some rows' scores, NaN for a row that was skipped; bytesRead counts from the start of the (packed) file. */
export interface ScoredRows { scores: Float32Array; skipped: number; skipReasons: string[]; unknownScenarios: number; outOfVocabulary: Record<string, number>; bytesRead: number }
export interface LayerExplanation {
  dm: number; dn: number; dr: number; dc: number;
  /** scenarios × dr × dc: the mean compact s. */
  mean: Float32Array;
  between: number; within: number; betweenWithin: number | null;
  /** In the first layer: the input columns of every field. */
  fields?: { name: string; start: number; end: number }[];
}
export interface Explanation {
  method: string; rows: number; scenarios: { name: string; rows: number }[]; layers: LayerExplanation[];
  /** scenarios × scenarios, Pearson of the deviations from the mean; NaN where undefined. */
  similarity: Float32Array;
  /** scenarios × scenarios, raw cosine. */
  cosine: Float32Array;
}
/** A row of a file as it stands there; null is an empty cell. */
export interface Impression { line: number; scenario: string; label: number | null; cells: Record<string, string | null> }
/** Rows as points in the space of their weighting matrices. */
export interface ScenarioMap {
  /** In that space, not on the map. */
  separation: { silhouette: number | null; between: number; within: number; ratio: number | null };
  scenarios: string[];
  /** Of every point its place in scenarios. */
  scenario: number[];
  /** t-SNE; null with too few points. */
  map: { perplexity: number; places: [number, number][] } | null;
}
export interface ComparisonTrial { method: Method; variant: string | null; seed: number }
/** From a trial's `done` event and its model's training summary. */
export interface ComparisonOutcome { bestEpoch: number; epochs: number; validAuc: number | null; validLogloss: number | null; seconds: number; report: Report | null }
export interface MeanStd { mean: number; std: number | null; n: number }
export interface ComparisonFigure {
  over_trials: MeanStd; interval_95: number | null;
  /** Relative gain over DNN, positive is better. */
  gain_percent: number | null;
  /** Of the paired t-test against the best baseline. */
  p: number | null; significant: boolean; values: number[];
}
export interface ComparisonRow {
  method: Method; variant?: string; auc: ComparisonFigure | null; logloss: ComparisonFigure | null;
  calibration: MeanStd | null; parameters: { embedding: number; network: number }; seconds: MeanStd | null;
}
export interface ComparisonTable {
  trials: number; test_rows: number; methods: ComparisonRow[]; best_baseline: Method | null; best_baseline_logloss: Method | null;
  scenarios: { scenario: string; rows: number; positives: number; auc: (MeanStd | null)[]; logloss: (MeanStd | null)[]; calibration: (MeanStd | null)[] }[];
}
"#;
