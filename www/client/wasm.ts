// The wasm module as the worker sees it, and how it is found. The generated .d.ts of the build is the
// truth; this is the part that is used.
import type { Plan } from "./device.ts";
import { MidpgError } from "./error.ts";
import type { RawStep } from "./coalesce.ts";
import type { ScoredMessage } from "./protocol.ts";
import { hasRelaxedSimd, hasSimd } from "./simd.ts";
import type {
  ComparisonOutcome,
  ComparisonTable,
  ComparisonTrial,
  DatasetInfo,
  DeviceInfo,
  EpochEvent,
  Explanation,
  Impression,
  Method,
  ModelInfo,
  Report,
  ScenarioMap,
  TrainConfig,
} from "./types.ts";

/** What becomes of a row that cannot be read: an error, or it is left out. */
export type OnBadRow = "fail" | "skip";

export interface WasmDataset {
  readonly info: DatasetInfo;
  free(): void;
}

export interface WasmDone {
  kind: "done";
  epochs: number;
  bestEpoch: number;
  stoppedEarly: boolean;
  /** null where the split left no row to measure on. */
  report: Report | null;
}

export interface WasmTrainer {
  nextEvent(): Promise<RawStep | EpochEvent | WasmDone | undefined>;
  model(): Promise<WasmModel>;
  checkpoint(): Promise<Uint8Array>;
  /** Steps made, those before a checkpoint that was resumed included. */
  readonly made: number;
  /** Steps made and not told yet. */
  readonly ahead: number;
  /** Looks at a GPU's losses once in so many steps. */
  readEvery(steps: number): void;
  cancel(): void;
  free(): void;
}

export interface WasmModel {
  readonly info: ModelInfo;
  save(): Promise<Uint8Array>;
  scoring(csv: Uint8Array, onBadRow?: OnBadRow): WasmScoring;
  evaluate(csv: Uint8Array, part?: string, onBadRow?: OnBadRow): Promise<Report>;
  explain(csv: Uint8Array, onBadRow?: OnBadRow): Promise<Explanation>;
  map(
    csv: Uint8Array,
    perScenario: number,
    seed: number,
    onBadRow?: OnBadRow,
  ): Promise<ScenarioMap>;
  impressions(csv: Uint8Array, perScenario: number): Impression[];
  free(): void;
}

export interface WasmScoring {
  readonly total: number;
  next(rows: number): Promise<(Omit<ScoredMessage, "share"> & { bytesRead: number }) | undefined>;
  free(): void;
}

export interface WasmComparison {
  readonly count: number;
  trial(index: number): ComparisonTrial;
  start(index: number, data: WasmDataset): Promise<WasmTrainer>;
  record(index: number, outcome: ComparisonOutcome): void;
  table(): ComparisonTable | null;
  csv(): string;
  free(): void;
}

export interface WasmModule {
  default(input?: unknown): Promise<unknown>;
  version(): string;
  openDevice(kind: string): Promise<DeviceInfo>;
  schemaToml(text: string): string;
  guessSchema(csv: Uint8Array): string;
  Dataset: {
    parse(csv: Uint8Array, schema: string, seed: number, onBadRow?: OnBadRow): WasmDataset;
  };
  Trainer: {
    create(data: WasmDataset, config: TrainConfig): Promise<WasmTrainer>;
    resume(data: WasmDataset, config: TrainConfig, checkpoint: Uint8Array): Promise<WasmTrainer>;
  };
  Model: { load(bytes: Uint8Array): Promise<WasmModel> };
  Comparison: { plan(methods: Method[], trials: number, config: TrainConfig): WasmComparison };
}

/** Imports and instantiates one flavour from the folder that holds cpu/ and gpu/. */
export async function loadModule(
  modules: string,
  flavour: Plan["flavour"],
  onPhase: (phase: "fetch" | "compile") => void,
): Promise<WasmModule> {
  if (!hasSimd()) {
    const versions = "Chrome 91, Firefox 89 and Safari 16.4 are the first that have it";
    throw new MidpgError("device", `this engine has no WebAssembly with SIMD: ${versions}`);
  }
  const url = new URL(`${flavour}/mi_dpg.js`, modules).href;
  // The GPU's module comes in one form: its kernels are the GPU's.
  const relaxed = flavour === "cpu" && hasRelaxedSimd();
  const wasm = new URL(`${flavour}/mi_dpg${relaxed ? "_relaxed" : ""}_bg.wasm`, modules);
  onPhase("fetch");
  let module: WasmModule;
  try {
    // By URL, not by name: the modules are built apart from the page and one of them may be missing.
    module = (await import(/* @vite-ignore */ url)) as WasmModule;
  } catch {
    throw new MidpgError("device", await explainMissing(url, flavour));
  }
  onPhase("compile");
  try {
    await module.default({ module_or_path: wasm });
  } catch (error) {
    throw new MidpgError("device", `the ${flavour} module did not start: ${String(error)}`);
  }
  return module;
}

async function explainMissing(url: string, flavour: string): Promise<string> {
  const status = await fetch(url, { method: "HEAD" }).then(
    (answer) => answer.status,
    () => 0,
  );
  if (status === 404) return `the ${flavour} module is not built (nothing at ${url})`;
  if (status === 0) return `the ${flavour} module cannot be fetched (is the network cut?): ${url}`;
  return `the ${flavour} module at ${url} cannot be loaded (status ${status})`;
}
