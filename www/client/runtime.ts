import { canBeLost, plan, probeWebGpu, type GpuLike } from "./device.ts";
import { MidpgError } from "./error.ts";
import type { Operation, Operations } from "./protocol.ts";
import { TrainingSession } from "./session.ts";
import type { Progress } from "./types.ts";
import { loadModule, type WasmModel, type WasmModule } from "./wasm.ts";

type Handlers = {
  [O in Operation]: (take: Operations[O]["take"]) => Promise<Operations[O]["give"]>;
};

/** Everything that lives in the worker: the module, its device, the models and the runs. */
export class Runtime {
  readonly #onProgress: (progress: Progress) => void;
  #module: WasmModule | null = null;
  #checkpoints = false;
  #device = "none";
  #nextId = 1;
  #lane: Promise<unknown> = Promise.resolve();
  readonly #models = new Map<number, WasmModel>();
  readonly #runs = new Map<number, TrainingSession>();
  readonly #breathe = messageLoopTurn();

  constructor(onProgress: (progress: Progress) => void) {
    this.#onProgress = onProgress;
  }

  get device(): string {
    return this.#device;
  }

  readonly handlers: Handlers = {
    open: async ({ device, modules }) => {
      const { flavour, open, reason } = plan(device);
      if (flavour === "gpu") {
        const probe = await probeWebGpu((navigator as { gpu?: GpuLike }).gpu);
        if (!probe.ok) throw new MidpgError("device", probe.reason);
      }
      const say = (phase: Progress["phase"], message: string) =>
        this.#onProgress({ phase, message });
      const module = await loadModule(modules, flavour, (phase) =>
        say(phase, phase === "fetch" ? `loading the ${flavour} module` : "compiling"),
      );
      say("device", `opening ${open}`);
      const opened = await module.openDevice(open);
      this.#module = module;
      this.#checkpoints = canBeLost(open);
      this.#device = opened.name;
      say("ready", `ready on ${opened.name}`);
      return { name: opened.name, reason };
    },
    schemaToml: async ({ text }) => this.#wasm().schemaToml(text),
    guessSchema: async ({ csv }) => this.#wasm().guessSchema(csv),
    describe: async ({ csv, schema, seed }) => {
      const data = this.#wasm().Dataset.parse(csv, schema, seed);
      try {
        return data.info;
      } finally {
        data.free();
      }
    },
    startRun: async ({ csv, schema, config, resume }) => {
      const wasm = this.#wasm();
      const data = wasm.Dataset.parse(csv, schema, config.seed ?? 1);
      try {
        const trainer = await this.#exclusive(() =>
          resume === undefined
            ? wasm.Trainer.create(data, config)
            : wasm.Trainer.resume(data, config, resume),
        );
        return this.#keep(this.#runs, new TrainingSession(trainer, this.#host, this.#checkpoints));
      } finally {
        data.free();
      }
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
    load: async ({ bytes }) => {
      const model = await this.#exclusive(() => this.#wasm().Model.load(bytes));
      return { model: this.#keep(this.#models, model), info: model.info };
    },
    save: ({ model }) => this.#exclusive(() => this.#model(model).save()),
    score: ({ model, csv }) => this.#exclusive(() => this.#model(model).score(csv)),
    evaluate: ({ model, csv, part }) =>
      this.#exclusive(() => this.#model(model).evaluate(csv, part)),
    explain: ({ model, csv }) => this.#exclusive(() => this.#model(model).explain(csv)),
    freeModel: ({ model }) =>
      this.#exclusive(async () => {
        this.#models.get(model)?.free();
        this.#models.delete(model);
        return null;
      }),
  };

  readonly #host = {
    exclusive: <T>(work: () => Promise<T>) => this.#exclusive(work),
    breathe: () => this.#breathe(),
    keepModel: (model: WasmModel) => this.#keep(this.#models, model),
  };

  /** One wasm call at a time: an object of the module must not be entered while it waits for the GPU. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => undefined);
    return result;
  }

  async #endRun(run: number): Promise<void> {
    const session = this.#runs.get(run);
    this.#runs.delete(run);
    if (session) await this.#exclusive(async () => session.free());
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

  #run(id: number): TrainingSession {
    const run = this.#runs.get(id);
    if (!run) throw new MidpgError("cancelled", "the training was cancelled");
    return run;
  }
}

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
