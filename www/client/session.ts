import { CheckpointClock } from "./checkpoints.ts";
import { ReadPace } from "./pace.ts";
import { StepCoalescer } from "./coalesce.ts";
import { MidpgError } from "./error.ts";
import type { TrainMessage } from "./protocol.ts";
import type { WasmDone, WasmModel, WasmTrainer } from "./wasm.ts";

const EVENTS_PER_SECOND = 20;

/** What a run needs of the worker around it. */
export interface Host {
  /** Runs one piece of wasm work when no other is under way. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Lets waiting messages arrive (a pause, a cancel) before the next step. */
  breathe(): Promise<void>;
  keepModel(model: WasmModel): number;
  freeModel(model: number): void;
}

/** One training run in the worker: steps when pulled, between steps it can be paused or cancelled. */
export class TrainingSession {
  readonly #trainer: WasmTrainer;
  readonly #host: Host;
  /** Null where the device cannot be lost: only a GPU can. */
  readonly #checkpoints: CheckpointClock | null;
  readonly #pace = new ReadPace();
  readonly #steps = new StepCoalescer(EVENTS_PER_SECOND, performance.now());
  readonly #queue: TrainMessage[] = [];
  #paused: { promise: Promise<void>; release: () => void } | null = null;
  #cancelled = false;
  #freed = false;

  constructor(trainer: WasmTrainer, host: Host, checkpoints: boolean) {
    this.#trainer = trainer;
    this.#host = host;
    this.#checkpoints = checkpoints ? new CheckpointClock(performance.now()) : null;
  }

  pause(paused: boolean): void {
    if (paused && this.#paused === null) {
      let release = () => {};
      const promise = new Promise<void>((resolve) => (release = resolve));
      this.#paused = { promise, release };
    } else if (!paused && this.#paused !== null) {
      this.#steps.restart(performance.now());
      this.#paused.release();
      this.#paused = null;
    }
  }

  cancel(): void {
    this.#cancelled = true;
    this.pause(false);
  }

  /** Trains on until there is something to tell. */
  async next(): Promise<TrainMessage> {
    for (;;) {
      const waiting = this.#queue.shift();
      if (waiting !== undefined) return waiting;
      await this.#host.breathe();
      if (this.#paused !== null) await this.#paused.promise;
      if (this.#cancelled) throw new MidpgError("cancelled", "the training was cancelled");
      await this.#host.exclusive(() => this.#step());
    }
  }

  async #step(): Promise<void> {
    const works = this.#trainer.ahead === 0;
    const began = performance.now();
    const event = await this.#trainer.nextEvent();
    const now = performance.now();
    if (event === undefined) throw new MidpgError("usage", "the training is already over");
    if (event.kind === "step") {
      const step = this.#steps.push(event, now);
      if (step !== null) this.#queue.push(step);
      if (this.#checkpoints === null) return;
      if (works && this.#pace.took(now - began)) this.#trainer.readEvery(this.#pace.every);
      // A checkpoint has all steps that were made: only when all of them are told.
      const told = this.#trainer.ahead === 0;
      if (told && this.#checkpoints.due(now)) await this.#checkpoint(this.#checkpoints);
      return;
    }
    const step = this.#steps.flush();
    if (step !== null) this.#queue.push(step);
    this.#steps.restart(now);
    if (event.kind === "epoch") {
      if (this.#checkpoints !== null) await this.#checkpoint(this.#checkpoints);
      this.#queue.push(event);
    } else {
      this.#queue.push(await this.#finish(event));
    }
  }

  async #checkpoint(clock: CheckpointClock): Promise<void> {
    const began = performance.now();
    const bytes = await this.#trainer.checkpoint();
    this.#queue.push({ kind: "checkpoint", step: this.#trainer.made, bytes });
    clock.made(began, performance.now());
  }

  async #finish(done: WasmDone): Promise<TrainMessage> {
    const model = await this.#trainer.model();
    const bytes = await model.save();
    return { ...done, model: this.#host.keepModel(model), info: model.info, bytes };
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#trainer.cancel();
    this.#trainer.free();
  }
}
