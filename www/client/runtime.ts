import { ComparisonSession } from "./comparison.ts";
import { checkConfig, checkSeed, checkWhole } from "./config.ts";
import { canBeLost, plan, probeWebGpu, type GpuLike } from "./device.ts";
import { MidpgError } from "./error.ts";
import { Opening } from "./opening.ts";
import type { Operation, Operations } from "./protocol.ts";
import { TrainingSession } from "./session.ts";
import { countPipelines, type PipelineBuilder } from "./pipelines.ts";
import { timeSteps } from "./stopwatch.ts";
import type { DeviceChoice, DeviceInfo, Progress, TrainConfig } from "./types.ts";
import {
  loadModule,
  type WasmModel,
  type WasmModule,
  type WasmScoring,
  type WasmTrainer,
  type OnBadRow,
} from "./wasm.ts";

/** Rows scored between two looks at the messages. */
const SCORED_ROWS = 8192;

type Handlers = {
  [O in Operation]: (take: Operations[O]["take"]) => Promise<Operations[O]["give"]>;
};

/** Everything that lives in the worker: the module, its device, the models and the runs. */
export class Runtime {
  readonly #onProgress: (progress: Progress) => void;
  #module: WasmModule | null = null;
  readonly #opening = new Opening<DeviceInfo>();
  #counting = false;
  #checkpoints = false;
  #device = "none";
  #nextId = 1;
  #lane: Promise<unknown> = Promise.resolve();
  readonly #models = new Map<number, WasmModel>();
  readonly #runs = new Map<number, TrainingSession>();
  readonly #scorings = new Map<number, WasmScoring>();
  readonly #comparisons = new Map<number, ComparisonSession>();
  readonly #breathe = messageLoopTurn();

  constructor(onProgress: (progress: Progress) => void) {
    this.#onProgress = onProgress;
  }

  get device(): string {
    return this.#device;
  }

  readonly handlers: Handlers = {
    open: ({ device, modules }) =>
      this.#opening.open(`${device} ${modules}`, () => this.#open(device, modules)),
    schemaToml: async ({ text }) => this.#wasm().schemaToml(text),
    guessSchema: async ({ csv }) => this.#wasm().guessSchema(csv),
    describe: async ({ csv, schema, seed, skip }) => {
      checkSeed(seed);
      const data = this.#wasm().Dataset.parse(csv, schema, seed, onBadRow(skip));
      try {
        return data.info;
      } finally {
        data.free();
      }
    },
    startRun: async ({ csv, schema, config, resume, skip }) => {
      const trainer = await this.#trainer(csv, schema, config, resume, skip);
      return this.#keep(this.#runs, new TrainingSession(trainer, this.#host, this.#checkpoints));
    },
    nextEvent: async ({ run }) => {
      const session = this.#run(run);
      try {
        const message = await session.next();
        if (message.kind === "done") await this.#endRun(run);
        return message;
      } catch (error) {
        await this.#endRun(run);
        throw error;
      }
    },
    pauseRun: async ({ run, paused }) => {
      this.#runs.get(run)?.pause(paused);
      return null;
    },
    cancelRun: async ({ run }) => {
      this.#runs.get(run)?.cancel();
      await this.#endRun(run);
      return null;
    },
    timeSteps: async ({ csv, schema, config, milliseconds, skip }) => {
      const trainer = await this.#trainer(csv, schema, config, undefined, skip);
      try {
        return await timeSteps(trainer, this.#host, milliseconds);
      } finally {
        await this.#exclusive(async () => trainer.free());
      }
    },
    load: async ({ bytes }) => {
      const model = await this.#exclusive(() => this.#wasm().Model.load(bytes));
      return { model: this.#keep(this.#models, model), info: model.info };
    },
    save: ({ model }) => this.#exclusive(() => this.#model(model).save()),
    startScoring: ({ model, csv, skip }) =>
      this.#exclusive(async () =>
        this.#keep(this.#scorings, this.#model(model).scoring(csv, onBadRow(skip))),
      ),
    nextScores: async ({ scoring }) => {
      const source = this.#scorings.get(scoring);
      if (!source) throw new MidpgError("cancelled", "the scoring was cancelled");
      const next = await this.#exclusive(() => source.next(SCORED_ROWS));
      if (next === undefined) return null;
      const { bytesRead, ...scored } = next;
      return { ...scored, share: bytesRead / Math.max(source.total, 1) };
    },
    endScoring: ({ scoring }) =>
      this.#exclusive(async () => {
        this.#scorings.get(scoring)?.free();
        this.#scorings.delete(scoring);
        return null;
      }),
    evaluate: ({ model, csv, part, skip }) =>
      this.#exclusive(() => this.#model(model).evaluate(csv, part, onBadRow(skip))),
    explain: ({ model, csv, skip }) =>
      this.#exclusive(() => this.#model(model).explain(csv, onBadRow(skip))),
    map: async ({ model, csv, perScenario, seed, skip }) => {
      checkSeed(seed, ["perScenario", perScenario]);
      return this.#exclusive(() => this.#model(model).map(csv, perScenario, seed, onBadRow(skip)));
    },
    impressions: async ({ model, csv, perScenario }) => {
      checkWhole([["perScenario", perScenario]]);
      return this.#exclusive(async () => this.#model(model).impressions(csv, perScenario));
    },
    startComparison: async ({ csv, schema, methods, trials, config, skip }) => {
      checkConfig(config);
      const wasm = this.#wasm();
      const plan = wasm.Comparison.plan(methods, trials, config);
      const data = wasm.Dataset.parse(csv, schema, config.seed ?? 1, onBadRow(skip));
      const session = new ComparisonSession(plan, data, this.#host);
      return { comparison: this.#keep(this.#comparisons, session), trials: session.trials };
    },
    nextTrial: async ({ comparison, trial }) => this.#comparison(comparison).next(trial),
    recordTrial: ({ comparison, trial, outcome }) =>
      this.#exclusive(async () => this.#comparison(comparison).record(trial, outcome)),
    comparisonCsv: ({ comparison }) =>
      this.#exclusive(async () => this.#comparison(comparison).csv()),
    endComparison: ({ comparison }) =>
      this.#exclusive(async () => {
        this.#comparisons.get(comparison)?.free();
        this.#comparisons.delete(comparison);
        return null;
      }),
    freeModel: ({ model }) =>
      this.#exclusive(async () => {
        this.#free(model);
        return null;
      }),
  };

  readonly #host = {
    exclusive: <T>(work: () => Promise<T>) => this.#exclusive(work),
    breathe: () => this.#breathe(),
    keepModel: (model: WasmModel) => this.#keep(this.#models, model),
    freeModel: (model: number) => this.#free(model),
  };

  async #open(device: DeviceChoice, modules: string): Promise<DeviceInfo> {
    const { flavour, open, reason } = plan(device);
    if (flavour === "gpu") {
      const probe = await probeWebGpu((navigator as { gpu?: GpuLike }).gpu);
      if (!probe.ok) throw new MidpgError("device", probe.reason);
    }
    const say = (phase: Progress["phase"], message: string) => this.#onProgress({ phase, message });
    const module = await loadModule(modules, flavour, (phase) =>
      say(phase, phase === "fetch" ? `loading the ${flavour} module` : "compiling"),
    );
    say("device", `opening ${open}`);
    const { GPUDevice } = globalThis as { GPUDevice?: { prototype: PipelineBuilder } };
    // Once: a device that is opened at the second try would have each of its programs told twice.
    if (flavour === "gpu" && GPUDevice !== undefined && !this.#counting) {
      this.#counting = true;
      countPipelines(GPUDevice.prototype, (count) =>
        say("pipelines", `${count} GPU programs built`),
      );
    }
    const opened = await module.openDevice(open);
    this.#module = module;
    this.#checkpoints = canBeLost(open);
    this.#device = opened.name;
    say("ready", `ready on ${opened.name}`);
    return { name: opened.name, reason };
  }

  /** One wasm call at a time: an object of the module must not be entered while it waits for the GPU. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => undefined);
    return result;
  }

  async #trainer(
    csv: Uint8Array,
    schema: string,
    config: TrainConfig,
    resume: Uint8Array | undefined,
    skip: boolean,
  ): Promise<WasmTrainer> {
    checkConfig(config);
    const wasm = this.#wasm();
    const data = wasm.Dataset.parse(csv, schema, config.seed ?? 1, onBadRow(skip));
    try {
      return await this.#exclusive(() =>
        resume === undefined
          ? wasm.Trainer.create(data, config)
          : wasm.Trainer.resume(data, config, resume),
      );
    } finally {
      data.free();
    }
  }

  async #endRun(run: number): Promise<void> {
    const session = this.#runs.get(run);
    this.#runs.delete(run);
    if (session) await this.#exclusive(async () => session.free());
  }

  #free(model: number): void {
    this.#models.get(model)?.free();
    this.#models.delete(model);
  }

  #keep<T>(shelf: Map<number, T>, thing: T): number {
    const id = this.#nextId++;
    shelf.set(id, thing);
    return id;
  }

  #wasm(): WasmModule {
    if (this.#module === null) throw new MidpgError("usage", "no device is open");
    return this.#module;
  }

  #model(id: number): WasmModel {
    const model = this.#models.get(id);
    if (!model) throw new MidpgError("usage", "this model was freed");
    return model;
  }

  #comparison(id: number): ComparisonSession {
    const session = this.#comparisons.get(id);
    if (!session) throw new MidpgError("cancelled", "the comparison was cancelled");
    return session;
  }

  #run(id: number): TrainingSession {
    const run = this.#runs.get(id);
    if (!run) throw new MidpgError("cancelled", "the training was cancelled");
    return run;
  }
}

const onBadRow = (skip: boolean): OnBadRow => (skip ? "skip" : "fail");

/** A turn of the message loop, without the delay that timers are given. */
function messageLoopTurn(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}
