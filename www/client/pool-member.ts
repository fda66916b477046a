import { fromWire, MidpgError } from "./error.ts";
import {
  buffers,
  type Answer,
  type PoolWorkerLike,
  type ScorerInfo,
  type Task,
} from "./pool-protocol.ts";

interface Pending {
  resolve: (scores: Float32Array) => void;
  reject: (error: MidpgError) => void;
}

/** One worker as the pool sees it, from its start to its end; a crash ends it. */
export class Member {
  readonly #worker: PoolWorkerLike;
  /** In the order in which the worker was asked, which is that of its answers. */
  readonly #waiting: Pending[] = [];
  #open!: { resolve: (info: ScorerInfo) => void; reject: (error: MidpgError) => void };
  #gone: MidpgError | undefined;
  /** What the model says of itself; rejects when the worker cannot start. */
  readonly ready: Promise<ScorerInfo>;
  readonly #onCrash: (member: Member, error: MidpgError) => void;

  constructor(
    spawn: () => PoolWorkerLike,
    module: WebAssembly.Module,
    model: Uint8Array,
    onCrash: (member: Member, error: MidpgError) => void,
  ) {
    this.#onCrash = onCrash;
    this.ready = new Promise((resolve, reject) => (this.#open = { resolve, reject }));
    // Whoever waits for it hears of it; nobody has to.
    this.ready.catch(() => undefined);
    this.#worker = spawn();
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      this.#crash(`a scoring worker stopped: ${event.message || "it could not be loaded"}`);
    };
    this.#worker.onmessageerror = () => this.#crash("a scoring worker's answer could not be read");
    try {
      this.#worker.postMessage({ op: "open", module, model }, []);
    } catch (error) {
      this.#crash(`a scoring worker cannot be given the wasm: ${String(error)}`);
    }
  }

  /** Tasks that are not answered yet. */
  get load(): number {
    return this.#waiting.length;
  }

  ask(task: Task): Promise<Float32Array> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      try {
        this.#worker.postMessage(task, buffers(task));
      } catch (error) {
        this.#waiting.pop();
        reject(new MidpgError("usage", `this cannot be sent to a worker: ${String(error)}`));
      }
    });
  }

  /** Stops the worker; what waits for it is rejected. */
  end(error: MidpgError): void {
    if (this.#gone) return;
    this.#gone = error;
    this.#worker.onmessage = this.#worker.onerror = this.#worker.onmessageerror = null;
    this.#worker.terminate();
    this.#open.reject(error);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #hear(answer: Answer): void {
    if (answer.kind === "ready") return this.#open.resolve(answer.info);
    if (answer.kind === "scores") return this.#waiting.shift()?.resolve(answer.scores);
    // A trap has left the wasm's memory in an unknown state.
    if (answer.error.kind === "crashed") return this.#crash(answer.error.message);
    const pending = this.#waiting.shift();
    if (pending) pending.reject(fromWire(answer.error));
    else this.end(fromWire(answer.error));
  }

  #crash(message: string): void {
    if (this.#gone) return;
    const error = new MidpgError("crashed", message);
    this.end(error);
    this.#onCrash(this, error);
  }
}
