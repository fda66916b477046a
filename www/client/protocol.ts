// What the page and the worker say to each other: two discriminated unions, every request with an id.
import type { WireError } from "./error.ts";
import type {
  ComparisonOutcome,
  ComparisonTable,
  ComparisonTrial,
  DatasetInfo,
  DeviceChoice,
  DeviceInfo,
  EpochEvent,
  Explanation,
  Impression,
  Method,
  ModelInfo,
  Progress,
  Report,
  ScenarioMap,
  StepEvent,
  StepTiming,
  Table,
  TrainConfig,
} from "./types.ts";

/** A finished run as it crosses the thread border: the model stays in the worker, its bytes come along. */
export interface DoneMessage {
  kind: "done";
  epochs: number;
  bestEpoch: number;
  stoppedEarly: boolean;
  report: Report | null;
  model: number;
  info: ModelInfo;
  bytes: Uint8Array;
}

/** Where an interrupted run can go on; only devices that can be lost make them. */
export interface CheckpointMessage {
  kind: "checkpoint";
  /** Steps that were done. */
  step: number;
  bytes: Uint8Array;
}

/** Some rows' scores; `share` is how much of the file has been read. */
export interface ScoredMessage {
  scores: Float32Array;
  skipped: number;
  skipReasons: string[];
  unknownScenarios: number;
  outOfVocabulary: Record<string, number>;
  share: number;
}

/** How far a trial of a comparison is, 0 to 1, or what came of it. */
export type TrialMessage =
  { kind: "progress"; share: number } | { kind: "done"; outcome: ComparisonOutcome };

export type TrainMessage = StepEvent | EpochEvent | DoneMessage | CheckpointMessage;

/** Every operation: what the worker takes and what it gives; `skip` leaves out rows that cannot be read. */
export interface Operations {
  open: { take: { device: DeviceChoice; modules: string }; give: DeviceInfo };
  schemaToml: { take: { text: string }; give: string };
  guessSchema: { take: { csv: Uint8Array }; give: string };
  describe: {
    take: { csv: Uint8Array; schema: string; seed: number; skip: boolean };
    give: DatasetInfo;
  };
  startRun: {
    take: {
      csv: Uint8Array;
      schema: string;
      config: TrainConfig;
      resume: Uint8Array | undefined;
      skip: boolean;
    };
    give: number;
  };
  /** Trains on until there is something to tell: the page pulls, so a slow page slows the training. */
  nextEvent: { take: { run: number }; give: TrainMessage };
  pauseRun: { take: { run: number; paused: boolean }; give: null };
  cancelRun: { take: { run: number }; give: null };
  /** Trains for about so long, keeps nothing of it, and says what the steps cost. */
  timeSteps: {
    take: {
      csv: Uint8Array;
      schema: string;
      config: TrainConfig;
      milliseconds: number;
      skip: boolean;
    };
    give: StepTiming;
  };
  load: { take: { bytes: Uint8Array }; give: { model: number; info: ModelInfo } };
  save: { take: { model: number }; give: Uint8Array };
  startScoring: { take: { model: number; csv: Uint8Array; skip: boolean }; give: number };
  /** null after the last row. */
  nextScores: { take: { scoring: number }; give: ScoredMessage | null };
  endScoring: { take: { scoring: number }; give: null };
  evaluate: {
    take: { model: number; csv: Uint8Array; part: string | undefined; skip: boolean };
    give: Report;
  };
  explain: { take: { model: number; csv: Uint8Array; skip: boolean }; give: Explanation };
  map: {
    take: {
      model: number;
      csv: Uint8Array;
      perScenario: number;
      seed: number;
      skip: boolean;
    };
    give: ScenarioMap;
  };
  impressions: {
    take: { model: number; csv: Uint8Array; perScenario: number };
    give: Impression[];
  };
  startComparison: {
    take: {
      csv: Uint8Array;
      schema: string;
      methods: Method[];
      trials: number;
      config: TrainConfig;
      skip: boolean;
    };
    give: { comparison: number; trials: ComparisonTrial[] };
  };
  /** Trains a trial on until there is something to tell; the first time it begins it. */
  nextTrial: { take: { comparison: number; trial: number }; give: TrialMessage };
  /** Takes what came of a trial in any worker, and gives the table of the methods whose trials are over. */
  recordTrial: {
    take: { comparison: number; trial: number; outcome: ComparisonOutcome };
    give: ComparisonTable | null;
  };
  comparisonCsv: { take: { comparison: number }; give: string };
  endComparison: { take: { comparison: number }; give: null };
  freeModel: { take: { model: number }; give: null };
}

export type Operation = keyof Operations;

/** What is asked of the worker: a file goes as it is, and is read there. */
export type Asked<O extends Operation> = {
  [K in keyof Operations[O]["take"]]: K extends "csv" ? Table : Operations[O]["take"][K];
};

/** Page to worker. */
export type Request = {
  [O in Operation]: { id: number; op: O } & Asked<O>;
}[Operation];

/** Worker to page. */
export type Response =
  | { kind: "result"; id: number; result: unknown; device: string; ms: number }
  | { kind: "failure"; id: number; error: WireError }
  | { kind: "progress"; progress: Progress };

/** The buffers of a result that may be moved instead of copied. */
export function transferable(result: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  collect(result, found, 0);
  return [...found];
}

function collect(value: unknown, found: Set<ArrayBuffer>, depth: number): void {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (value !== null && typeof value === "object" && depth < 4) {
    for (const inner of Object.values(value)) collect(inner, found, depth + 1);
  }
}
