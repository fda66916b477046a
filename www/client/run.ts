import type { Answer, Connection } from "./connection.ts";
import { MidpgError } from "./error.ts";
import { ModelHandle } from "./model.ts";
import type { Asked, TrainMessage } from "./protocol.ts";
import type {
  Computed,
  EpochEvent,
  ReadOptions,
  Report,
  StepEvent,
  Table,
  TrainConfig,
} from "./types.ts";

export interface TrainOptions extends ReadOptions {
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

/** A run's number, and the generation of the worker that knows it. */
interface Place {
  generation: number;
  run: number;
}

/**
 * A training run: iterate over it to make it go. The worker trains only as far as events are taken (one
 * is asked for ahead). Cancelling ends the iteration with a MidpgError of kind "cancelled"; leaving the
 * loop early cancels quietly.
 */
export class TrainingRun implements AsyncIterable<TrainEvent> {
  readonly #connection: Connection;
  readonly #options: TrainOptions;
  #begun: Promise<Place> | null = null;
  /** Where it runs, once the worker has said so. */
  #place: Place | null = null;
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
    this.#tell("cancelRun", {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrainEvent, void, undefined> {
    if (this.#begun !== null || this.#over) {
      throw new MidpgError("usage", "a training run can be iterated once");
    }
    const { signal } = this.#options;
    const abort = () => this.cancel();
    // A signal may outlive many runs: it is listened to for as long as this one goes.
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
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
      signal?.removeEventListener("abort", abort);
      this.cancel();
      this.#over = true;
      this.#ahead?.then(freeModel, () => undefined);
    }
  }

  async #pull(): Promise<TrainEvent> {
    if (this.#cancelled) throw new MidpgError("cancelled", "the training was cancelled");
    this.#begun ??= this.#begin();
    const { generation, run } = await this.#begun;
    for (;;) {
      const answer = await this.#connection.requestOf(generation, "nextEvent", { run });
      const event = this.#receive(answer);
      if (event !== null) return { ...event, device: answer.device, ms: answer.ms };
    }
  }

  #receive(answer: Answer<TrainMessage>): StepEvent | EpochEvent | DoneEvent | null {
    const message = answer.result;
    if (message.kind === "checkpoint") {
      this.checkpoint = message.bytes;
      this.checkpointStep = message.step;
      return null;
    }
    if (message.kind !== "done") return message;
    const { model, info, bytes, ...done } = message;
    this.#over = true;
    return { ...done, model: new ModelHandle(this.#connection, { info, model }, bytes, answer) };
  }

  async #begin(): Promise<Place> {
    const { csv, schema, config, resume, skipBadRows: skip = false } = this.#options;
    const asked = { csv, schema, config, resume, skip };
    const { result } = await this.#connection.request("startRun", asked);
    this.#place = { generation: this.#connection.generation, run: result };
    // What was said before there was anyone to tell.
    if (this.#cancelled) this.#tell("cancelRun", {});
    else if (this.#paused) this.#tell("pauseRun", { paused: true });
    return this.#place;
  }

  #setPaused(paused: boolean): void {
    if (this.#over || this.#paused === paused) return;
    this.#paused = paused;
    this.#tell("pauseRun", { paused });
  }

  /** Sends word to the run, if it has begun; none is sent for a worker that is gone. */
  #tell<O extends "cancelRun" | "pauseRun">(op: O, more: Omit<Asked<O>, "run">): void {
    if (this.#place === null) return;
    const { generation, run } = this.#place;
    const asked = { run, ...more } as Asked<O>;
    this.#connection.requestOf(generation, op, asked).catch(() => undefined);
  }
}

/** A model that came when nobody waited for it any more. */
function freeModel(event: TrainEvent): void {
  if (event.kind === "done") event.model.free();
}
