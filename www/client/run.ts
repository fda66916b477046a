import type { Connection } from "./connection.ts";
import { MidpgError } from "./error.ts";
import { ModelHandle } from "./model.ts";
import type { TrainMessage } from "./protocol.ts";
import type { Computed, EpochEvent, Report, StepEvent, Table, TrainConfig } from "./types.ts";

export interface TrainOptions {
  csv: Table;
  /** The name of a preset or a schema in TOML. */
  schema: string;
  config: TrainConfig;
  signal?: AbortSignal;
  /** Goes on from a checkpoint (`run.checkpoint`) instead of starting anew. */
  resume?: Uint8Array;
}

export interface DoneEvent {
  kind: "done";
  epochs: number;
  bestEpoch: number;
  stoppedEarly: boolean;
  model: ModelHandle;
  report: Report | null;
}

export type TrainEvent = (StepEvent | EpochEvent | DoneEvent) & Computed;

/**
 * A training run: iterate over it to make it go. The worker trains only as far as events are taken (one
 * is asked for ahead). Cancelling ends the iteration with a MidpgError of kind "cancelled"; leaving the
 * loop early cancels quietly.
 */
export class TrainingRun implements AsyncIterable<TrainEvent> {
  readonly #connection: Connection;
  readonly #options: TrainOptions;
  #run: Promise<number> | null = null;
  #generation = -1;
  #ahead: Promise<TrainEvent> | null = null;
  #paused = false;
  #over = false;
  #cancelled = false;
  /** Where the run could go on if its device is lost; null on devices that cannot be. */
  checkpoint: Uint8Array | null = null;
  /** The steps that were done then. */
  checkpointStep = 0;

  /** @internal */
  constructor(connection: Connection, options: TrainOptions) {
    this.#connection = connection;
    this.#options = options;
    const { signal } = options;
    if (signal?.aborted) this.cancel();
    else signal?.addEventListener("abort", () => this.cancel(), { once: true });
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
  }

  cancel(): void {
    if (this.#over || this.#cancelled) return;
    this.#cancelled = true;
    this.#tell((run) => this.#connection.request("cancelRun", { run }));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent, void, undefined> {
    if (this.#run !== null || this.#over) {
      throw new MidpgError("usage", "a training run can be iterated once");
    }
    try {
      for (;;) {
        const event = await (this.#ahead ?? this.#pull());
        this.#ahead = null;
        if (event.kind !== "done") {
          this.#ahead = this.#pull();
          this.#ahead.catch(() => undefined);
        }
        yield event;
        if (event.kind === "done") return;
      }
    } finally {
      this.cancel();
      this.#over = true;
    }
  }

  async #pull(): Promise<TrainEvent> {
    if (this.#cancelled) throw new MidpgError("cancelled", "the training was cancelled");
    const run = await this.#start();
    for (;;) {
      const { result, device, ms } = await this.#connection.request("nextEvent", { run });
      const event = this.#receive(result);
      if (event !== null) return { ...event, device, ms };
    }
  }

  #receive(message: TrainMessage): StepEvent | EpochEvent | DoneEvent | null {
    if (message.kind === "checkpoint") {
      this.checkpoint = message.bytes;
      this.checkpointStep = message.step;
      return null;
    }
    if (message.kind !== "done") return message;
    const { model, info, bytes, ...done } = message;
    this.#over = true;
    return { ...done, model: new ModelHandle(this.#connection, info, bytes, model) };
  }

  #start(): Promise<number> {
    const { csv, schema, config, resume } = this.#options;
    this.#run ??= this.#connection
      .request("startRun", { csv, schema, config, resume })
      .then(({ result }) => {
        this.#generation = this.#connection.generation;
        return result;
      });
    return this.#run;
  }

  #setPaused(paused: boolean): void {
    if (this.#over || this.#paused === paused) return;
    this.#paused = paused;
    this.#tell((run) => this.#connection.request("pauseRun", { run, paused }));
  }

  /** Sends word to the run, if it has begun; none is sent for a worker that is gone. */
  #tell(say: (run: number) => Promise<unknown>): void {
    const reach = (run: number) =>
      this.#generation === this.#connection.generation ? say(run) : undefined;
    this.#run?.then(reach).catch(() => undefined);
  }
}
