// What the client takes and gives: plain data, typed arrays, nothing of the DOM and nothing of wasm.

export type * from "./comparison-types.ts";

/** What may be asked for; `auto` takes the device that is expected to be fastest and says why. */
export type DeviceChoice = "auto" | "cpu" | "ndarray" | "webgpu";

/** A log's bytes, plain or gzipped; a file is read in the worker, without a copy on its way. */
export type Table = Uint8Array | Blob;

/** How a table is read. */
export interface ReadOptions {
  /** Rows that cannot be read are left out instead of being an error. */
  skipBadRows?: boolean;
}

/** The device that really runs, and why it was taken. */
export interface DeviceInfo {
  name: string;
  reason: string;
}

export interface Progress {
  /** `pipelines` comes after `ready`: what a GPU builds at its first steps. */
  phase: "fetch" | "compile" | "device" | "ready" | "pipelines";
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
  /** From 0 to 2^32 − 1: of the split, the first parameters and every draw. */
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
  /** Rows that could not be read and were left out, and what was wrong with the first of them. */
  skipped: number;
  skipReasons: string[];
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

/** The mean of the AUC over scenarios, weighted in three ways. */
export interface GroupedAuc {
  by_rows: number | null;
  by_positives: number | null;
  unweighted: number | null;
  /** Scenarios that have no AUC. */
  skipped: number;
}

/** What the generated data's true probabilities say of a model. */
export interface TruthReport {
  best_auc: number | null;
  best_logloss: number | null;
  /** Of a logistic regression that does not see the scenario. */
  logistic_auc: number | null;
  logistic_logloss: number | null;
  /** The share of the way from the logistic regression to the best possible. */
  auc_gap_closed: number | null;
  logloss_gap_closed: number | null;
}

/** The same over all rows, and by scenario. */
export interface Report extends ScenarioReport {
  scenarios: Record<string, ScenarioReport>;
  grouped_auc: GroupedAuc;
  /** Where the data has true probabilities. */
  truth?: TruthReport;
  parameters: { embedding: number; network: number };
  seconds: number;
  device: string;
  seed: number;
}

/** How a model came about. */
export interface TrainingSummary {
  data_sha256: string;
  rows: number;
  valid_rows: number;
  seed: number;
  device: string;
  epochs: number;
  best_epoch: number;
  valid_auc: number | null;
  valid_logloss: number | null;
  base_rate: number;
}

export interface ModelInfo {
  method: string;
  training: TrainingSummary;
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
  /** null without validation rows. */
  validLogloss: number | null;
  best: boolean;
  /** What the mutual-information term estimates; null for methods without it. */
  mutualInformation: MutualInformation | null;
  /** How far s spreads, by modulated layer, on the validation part. */
  variance: Spread[];
}

/** The variance of a layer's s, summed over its entries. */
export interface Spread {
  /** Of the scenarios' means, weighted by their rows. */
  between: number;
  /** Within a scenario, the mean of all. */
  within: number;
}

/** The estimate of I(S; e) by the Jensen–Shannon divergence, from the epoch's mean loss of the discriminators. */
export interface MutualInformation {
  loss: number;
  /** The least loss possible, that of discriminators which tell all apart that can be told apart. */
  floor: number;
  /** 2 ln 2 − loss, in nats: 0 where S tells nothing of e, 2 ln 2 − floor at most. */
  jsd: number;
  /** jsd as a share of the most there can be. */
  share: number | null;
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
  /** scenarios × scenarios: the raw cosine, near 1 everywhere. */
  cosine: Float32Array;
}

/** Rows as points in the space of their weighting matrices. */
export interface ScenarioMap {
  /** Measured in that space, not on the map. */
  separation: {
    /** −1 to 1; null with fewer than two scenarios. */
    silhouette: number | null;
    between: number;
    within: number;
    ratio: number | null;
  };
  scenarios: string[];
  /** Of every point its place in `scenarios`. */
  scenario: number[];
  /** t-SNE; null with too few points. */
  map: { perplexity: number; places: [number, number][] } | null;
}

/** A row of a file as it stands there; null is an empty cell. */
export interface Impression {
  line: number;
  scenario: string;
  label: number | null;
  cells: Record<string, string | null>;
}

export interface Scores {
  /** In input order; NaN for a skipped row. */
  scores: Float32Array;
  skipped: number;
  /** Why, for the first few. */
  skipReasons: string[];
  /** Rows of a scenario that was not learnt. */
  unknownScenarios: number;
  outOfVocabulary: Record<string, number>;
}

/** How far a file is scored. */
export interface ScoreProgress {
  rows: number;
  /** Of the file, 0 to 1. */
  share: number;
}

/** What some steps cost: their rows, and the time they took. */
export interface StepTiming {
  steps: number;
  rows: number;
  milliseconds: number;
}

/** Rows a second that each device trains with a batch size. */
export interface CrossoverRow {
  batch: number;
  cpu: number;
  /** null where WebGPU was not measured. */
  webgpu: number | null;
}

/** Which device trains a model faster, by batch size. */
export interface Crossover {
  /** The configured batch. */
  batch: number;
  /** By batch, the smallest first. */
  rows: CrossoverRow[];
  /** Why WebGPU was not measured; null if it was. */
  unavailable: string | null;
  /** The batch from which on WebGPU is faster; null if it is not at the largest. */
  from: number | null;
  /** At the configured batch. */
  fastest: "cpu" | "webgpu";
}

/** Every answer says where it was computed and how long that took. */
export interface Computed {
  device: string;
  ms: number;
}
