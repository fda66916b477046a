// What the client takes and gives: plain data, typed arrays, nothing of the DOM and nothing of wasm.

/** What may be asked for; `auto` takes the device that is expected to be fastest and says why. */
export type DeviceChoice = "auto" | "cpu" | "ndarray" | "webgpu";

/** The device that really runs, and why it was taken. */
export interface DeviceInfo {
  name: string;
  reason: string;
}

export interface Progress {
  phase: "fetch" | "compile" | "device" | "ready";
  message: string;
}

export type Method = "dnn" | "ple" | "star" | "pepnet" | "adasparse" | "apg" | "dpg" | "mi-dpg";

/** What is left out has the documented default; what a method does not have is ignored. */
export interface TrainConfig {
  method: Method;
  /** Which factor of S the scenario generates: both (rc), rows (r), columns (c), or all of S (non). */
  variant?: "non" | "rc" | "r" | "c";
  dk?: number;
  drDiv?: number;
  dcDiv?: number;
  condition?: "input" | "scenario";
  /** S = gateScale · σ(·). */
  gateScale?: number;
  /** Weight of the mutual-information regularisation. */
  lambda?: number;
  /** PLE: levels of experts (1 or 2), experts of each scenario and shared ones. */
  levels?: number;
  specificExperts?: number;
  sharedExperts?: number;
  /** PEPNet: which gates there are, and whether the first layer's input is gated. */
  gates?: "both" | "epnet" | "ppnet";
  gateFirstInput?: boolean;
  /** AdaSparse: how a neuron's factor is made. */
  pruning?: "binarisation" | "scaling" | "fusion";
  /** APG: what parameters are generated from, rank k = min(dₙ, dₘ) / rankDiv, over-parameterised width. */
  apgCondition?: "group" | "mix" | "self";
  rankDiv?: number;
  over?: number;
  embedding?: number;
  hidden?: number[];
  epochs?: number;
  patience?: number;
  batch?: number;
  lr?: number;
  seed?: number;
  /** Probability that an id is taken for unknown while training. */
  oovDropout?: number;
  /** The validation metric that early stopping looks at. */
  select?: "auc" | "logloss";
  /** Stop after so many steps, whatever the epochs say. */
  maxSteps?: number;
}

export interface Field {
  name: string;
  role: "scenario" | "agnostic";
  kind: string;
  size: number;
}

export interface DatasetInfo {
  rows: number;
  parts: { train: number; valid: number; test: number };
  skipped: number;
  positives: number;
  scenarios: string[];
  fields: Field[];
}

export interface ScenarioReport {
  rows: number;
  positives: number;
  /** null where all labels are the same. */
  auc: number | null;
  /** null without rows. */
  logloss: number | null;
  /** Predicted over actual conversions: 1 is calibrated. */
  calibration: number | null;
}

/** The same over all rows, and by scenario. */
export interface Report extends ScenarioReport {
  scenarios: Record<string, ScenarioReport>;
  parameters: { embedding: number; network: number };
  seconds: number;
  device: string;
  seed: number;
}

export interface ModelInfo {
  method: string;
  /** Whether it has weighting matrices to explain. */
  weighted: boolean;
  config: unknown;
  scenarios: string[];
  parameters: { embedding: number; network: number };
  fields: Field[];
}

export interface StepEvent {
  kind: "step";
  step: number;
  steps: number;
  epoch: number;
  epochs: number;
  loss: number;
  bce: number;
  /** The mutual-information term; null for methods without it. */
  mi: number | null;
  /** Rows learned since the event before; steps that follow each other fast are one event. */
  rows: number;
  rowsPerSecond: number;
}

export interface EpochEvent {
  kind: "epoch";
  epoch: number;
  epochs: number;
  trainLoss: number;
  validAuc: number | null;
  validLogloss: number;
  best: boolean;
}

/** One block of the input columns of layer 1 that a feature field fills: [start, end). */
export interface FieldSpan {
  name: string;
  start: number;
  end: number;
}

export interface LayerExplanation {
  /** Outputs (rows of W and S). */
  dm: number;
  /** Inputs (columns of W and S). */
  dn: number;
  /** Rows and columns of the compact matrix s; row i of S is row floor(i*dr/dm) of s. */
  dr: number;
  dc: number;
  /** scenarios × dr × dc: the mean of s over the rows of each scenario. */
  mean: Float32Array;
  /** Variance of s between scenarios over that within them. */
  betweenWithin: number | null;
  fields?: FieldSpan[];
}

export interface Explanation {
  rows: number;
  /** Only scenarios that have rows. */
  scenarios: { name: string; rows: number }[];
  layers: LayerExplanation[];
  /** scenarios × scenarios: correlation of the mean s after subtracting the mean over scenarios. */
  similarity: Float32Array;
}

export interface Scores {
  /** In input order; NaN for a skipped row. */
  scores: Float32Array;
  skipped: number;
  outOfVocabulary: Record<string, number>;
}

/** Every answer says where it was computed and how long that took. */
export interface Computed {
  device: string;
  ms: number;
}
