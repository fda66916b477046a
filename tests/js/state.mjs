// What the page's state stands on, in tests: a client, its workers and models that do what a test says.
import { FakeWorker } from "./worker.mjs";

/** A promise that is settled by hand. */
export function later() {
  let resolve, reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** Calls that are noted as they come, and can be waited for: each is handed out once. */
class Calls {
  #all = [];
  #waiting = [];

  add(call) {
    this.#all.push(call);
    for (const go of this.#waiting.splice(0)) go();
  }

  async next(op) {
    for (;;) {
      const at = this.#all.findIndex((call) => call.op === op);
      if (at >= 0) return this.#all.splice(at, 1)[0];
      await new Promise((go) => this.#waiting.push(go));
    }
  }
}

const OPERATIONS = [
  "load",
  "explain",
  "evaluate",
  "map",
  "impressions",
  "guessSchema",
  "schemaToml",
  "describe",
];

/** A client that answers nothing by itself: `called` waits for a call, which has what it was given and takes its answer. */
export class HandClient {
  #calls = new Calls();
  runs = [];

  constructor() {
    for (const op of OPERATIONS)
      this[op] = (...given) => {
        const call = { op, given, ...later() };
        this.#calls.add(call);
        return call.promise;
      };
  }

  called(op) {
    return this.#calls.next(op);
  }

  async save(handle) {
    return handle.bytes;
  }

  train(options) {
    const run = new HandRun(options);
    this.runs.push(run);
    this.#calls.add({ op: "train", run });
    return run;
  }
}

/** A training run whose events are given by hand. */
export class HandRun {
  #events = [];
  #waiting = later();
  cancelled = false;

  constructor(options = {}) {
    this.options = options;
  }

  /** Gives an event; resolves when more is asked for. */
  give(event) {
    return this.#add(() => ({ device: "test", ms: 1, ...event }));
  }

  fail(error) {
    void this.#add(() => {
      throw error;
    });
  }

  cancel() {
    this.cancelled = true;
  }

  pause() {}

  resume() {}

  #add(make) {
    const over = later();
    this.#events.push({ make, over });
    this.#waiting.resolve();
    return over.promise;
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#events.length === 0) {
        await this.#waiting.promise;
        this.#waiting = later();
      }
      const { make, over } = this.#events.shift();
      const event = make();
      yield event;
      over.resolve();
      if (event.kind === "done") return;
    }
  }
}

/** A model in the worker. */
export function handle(name = "mi-dpg", info = {}) {
  return {
    info: { method: name, weighted: true, scenarios: [], ...info },
    bytes: new Uint8Array(3),
    freed: false,
    free() {
      this.freed = true;
    },
  };
}

/** A log that was read: the user's own or a sample. */
export function source(
  name,
  parts = { train: 8, valid: 1, test: 1 },
  sample = null,
) {
  const bytes = new Uint8Array(1);
  const table = async () => bytes;
  return { name, sample, schema: `# ${name}`, table, bytes, info: { parts } };
}

/** Workers as the browser would start them: `workers.next("spawn")` waits for one, `worker.asked(op)` for what it is asked. */
export function handWorkers() {
  const workers = new Calls();
  globalThis.Worker = class extends FakeWorker {
    #asked = new Calls();

    constructor() {
      super();
      workers.add({ op: "spawn", worker: this });
    }

    postMessage(request) {
      super.postMessage(request);
      this.#asked.add(request);
    }

    asked(op) {
      return this.#asked.next(op);
    }

    /** Answers the next request of a kind. */
    async answers(op, result) {
      const { id } = await this.asked(op);
      this.answer(id, result);
    }
  };
  return {
    next: async () => (await workers.next("spawn")).worker,
  };
}
