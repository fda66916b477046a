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
export interface Scores { scores: Float32Array; skipped: number; skipReasons: string[]; unknownScenarios: number; outOfVocabulary: Record<string, number> }
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
"#;
