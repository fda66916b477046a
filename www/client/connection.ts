import { fromWire, MidpgError } from "./error.ts";
import type { Asked, Operation, Operations, Request, Response } from "./protocol.ts";
import type { Computed, DeviceChoice, DeviceInfo, Progress } from "./types.ts";

/** The part of a Worker that is used; tests bring their own. */
export interface WorkerLike {
  onmessage: ((message: MessageEvent<Response>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  postMessage(message: Request): void;
  terminate(): void;
}

export interface ConnectionOptions {
  spawn: () => WorkerLike;
  device: DeviceChoice;
  modules: string;
  onProgress: (progress: Progress) => void;
}

export interface Answer<T> extends Computed {
  result: T;
}

interface Pending {
  resolve: (answer: Answer<unknown>) => void;
  reject: (error: MidpgError) => void;
}

/**
 * The line to the worker: gives requests their ids, hands answers back, and replaces a worker that
 * crashed at the next request. `generation` counts the workers that are gone, with all that lived in them.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: WorkerLike | null = null;
  #opening: Promise<DeviceInfo> | null = null;
  #nextId = 1;
  #closed = false;
  /** Why the worker before is gone. */
  #lost = new MidpgError("crashed", "the worker stopped");
  generation = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Starts the worker and its device, once per worker. */
  open(): Promise<DeviceInfo> {
    if (this.#closed) return Promise.reject(new MidpgError("usage", "the client is closed"));
    if (this.#opening === null) {
      const worker = this.#spawn();
      const { device, modules } = this.#options;
      this.#opening = this.#ask(worker, "open", { device, modules }).then(({ result }) => result);
      this.#opening.catch(() => this.#discard(worker));
    }
    return this.#opening;
  }

  async request<O extends Operation>(
    op: O,
    take: Asked<O>,
  ): Promise<Answer<Operations[O]["give"]>> {
    await this.open();
    if (this.#worker === null) throw this.#lost;
    return this.#ask(this.#worker, op, take);
  }

  /** Asks the worker of one generation about what lives in it: no other knows of that, or is started for it. */
  async requestOf<O extends Operation>(
    generation: number,
    op: O,
    take: Asked<O>,
  ): Promise<Answer<Operations[O]["give"]>> {
    if (generation !== this.generation || this.#worker === null) throw this.#lost;
    return this.#ask(this.#worker, op, take);
  }

  close(): void {
    this.#closed = true;
    this.#fail(new MidpgError("usage", "the client is closed"));
  }

  #ask<O extends Operation>(
    worker: WorkerLike,
    op: O,
    take: Asked<O>,
  ): Promise<Answer<Operations[O]["give"]>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
      try {
        worker.postMessage({ id, op, ...take } as unknown as Request);
      } catch (error) {
        this.#pending.delete(id);
        reject(new MidpgError("usage", `this cannot be sent to the worker: ${String(error)}`));
      }
    });
  }

  #spawn(): WorkerLike {
    const worker = this.#options.spawn();
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#hear(worker, data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      const why = event.message || "it could not be loaded";
      this.#crash(worker, `the worker stopped: ${why}`);
    };
    // Which request it was for cannot be read either.
    worker.onmessageerror = () => this.#crash(worker, "the worker's answer could not be read");
    return worker;
  }

  #hear(worker: WorkerLike, message: Response): void {
    if (worker !== this.#worker) return;
    if (message.kind === "progress") return this.#options.onProgress(message.progress);
    if (message.kind === "failure" && message.error.kind === "crashed") {
      return this.#crash(worker, message.error.message);
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.kind === "failure") pending.reject(fromWire(message.error));
    else pending.resolve(message);
  }

  #crash(worker: WorkerLike, message: string): void {
    if (worker === this.#worker) this.#fail(new MidpgError("crashed", message));
  }

  /** Stops the worker and everything that waits for it; the next request starts another. */
  #fail(error: MidpgError): void {
    this.#lost = error;
    if (this.#worker) this.#discard(this.#worker);
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of waiting) reject(error);
  }

  #discard(worker: WorkerLike): void {
    worker.onmessage = worker.onerror = worker.onmessageerror = null;
    worker.terminate();
    if (worker === this.#worker) {
      this.#worker = null;
      this.#opening = null;
      this.generation += 1;
    }
  }
}
