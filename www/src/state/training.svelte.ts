import { MidpgError } from "../../client/index.ts";
import type {
  DoneEvent,
  EpochEvent,
  Report,
  StepEvent,
  TrainConfig,
  TrainEvent,
  TrainingRun,
} from "../../client/index.ts";
import { measuredAfterTraining } from "../lib/measure.ts";
import type { Figure } from "../lib/runs.ts";
import { failureOf } from "../lib/told.ts";
import type { Source } from "./data.svelte.ts";
import type { DeviceState } from "./device.svelte.ts";

export type Status = "idle" | "starting" | "running" | "paused" | "done" | "cancelled" | "failed";

/** One point of the curve; the validation values stand at the last step of their epoch. */
export interface Point {
  step: number;
  bce: number;
  validAuc: number | null;
  validLogloss: number | null;
}

/** Runs that can be held against each other; older ones are forgotten. */
const KEPT_RUNS = 20;

/** A run that is over, to hold others against. */
export interface PastRun {
  number: number;
  config: TrainConfig;
  /** The data it learned from. */
  data: string;
  points: Point[];
  epochs: EpochEvent[];
  report: Report | null;
  /** Rows that its epochs were validated on; null where nobody knows. */
  validRows: number | null;
  /** The part of the data that the report is of; null without one. */
  measured: string | null;
  seconds: number;
}

/** The training under way, or the last one; and those before. */
export class TrainingState {
  readonly #device: DeviceState;
  status = $state<Status>("idle");
  points = $state.raw<Point[]>([]);
  epochs = $state.raw<EpochEvent[]>([]);
  latest = $state.raw<StepEvent | null>(null);
  /** The device that computed the latest event. */
  ranOn = $state("");
  /** Time that the run took so far, without pauses. */
  seconds = $state(0);
  failure = $state<string | null>(null);
  past = $state.raw<PastRun[]>([]);
  /** What is drawn of them, and the numbers of those that are not; both stay when another view is looked at. */
  figure = $state<Figure>("auc");
  undrawn = $state.raw<readonly number[]>([]);
  #run: TrainingRun | null = null;
  #starts = 0;
  #began = 0;
  #pausedAt = 0;

  constructor(device: DeviceState) {
    this.#device = device;
  }

  get active(): boolean {
    return this.status === "starting" || this.status === "running" || this.status === "paused";
  }

  /** Trains to the end; null when it was cancelled or failed. */
  async start(source: Source, config: TrainConfig): Promise<DoneEvent | null> {
    this.status = "starting";
    performance.clearMarks("mi-dpg:step");
    this.#began = performance.now();
    this.seconds = 0;
    this.points = [];
    this.epochs = [];
    this.latest = null;
    this.failure = null;
    const start = ++this.#starts;
    let resume: Uint8Array | undefined;
    let resumedAt = 0;
    for (;;) {
      try {
        const client = await this.#device.client();
        const csv = await source.table();
        if (start !== this.#starts || !this.active) return null;
        const { schema, skipBadRows } = source;
        this.#run = client.train({ csv, schema, config, resume, skipBadRows });
        const done = await this.#follow(this.#run);
        if (done) this.#keep(source, config, done.report);
        return done;
      } catch (error) {
        // Cancelled: what its worker said last, or that it was closed, concerns nobody any more.
        if (start !== this.#starts || !this.active) return null;
        const run = this.#run;
        if (!this.#mayGoOn(error)) return this.#stop(error, source.name);
        if (run?.checkpoint) {
          resume = run.checkpoint;
          resumedAt = run.checkpointStep;
        }
        const where = resume ? `after step ${resumedAt}` : "from the start";
        await this.#device.lose((error as Error).message, where).catch(() => undefined);
      }
    }
  }

  /** Draws a run that is over, or leaves it out. */
  toggleDrawn(number: number): void {
    const others = this.undrawn.filter((other) => other !== number);
    this.undrawn = others.length < this.undrawn.length ? others : [...others, number];
  }

  togglePause(): void {
    if (this.status === "running") {
      this.#run?.pause();
      this.#pausedAt = performance.now();
      this.status = "paused";
    } else if (this.status === "paused") {
      this.#run?.resume();
      this.#began += performance.now() - this.#pausedAt;
      this.status = "running";
    }
  }

  cancel(): void {
    if (!this.active) return;
    this.status = "cancelled";
    this.#run?.cancel();
  }

  async #follow(run: TrainingRun): Promise<DoneEvent | null> {
    for await (const event of run) {
      if (this.#run !== run || this.status === "cancelled") {
        // The end had come before the word that nobody wants it.
        if (event.kind === "done") event.model.free();
        return null;
      }
      if (this.status === "starting") this.status = "running";
      this.ranOn = event.device;
      this.seconds = (performance.now() - this.#began) / 1000;
      this.#note(event);
      if (event.kind === "done") {
        this.status = "done";
        return event;
      }
    }
    return null;
  }

  #keep({ name: data, info }: Source, config: TrainConfig, report: Report | null): void {
    const number = (this.past.at(-1)?.number ?? 0) + 1;
    const { points, epochs, seconds } = this;
    const measured = report === null ? null : measuredAfterTraining(info?.parts);
    const validRows = info?.parts.valid ?? null;
    const run = { number, config, data, points, epochs, report, validRows, measured, seconds };
    this.past = [...this.past, run].slice(-KEPT_RUNS);
  }

  #note(event: TrainEvent): void {
    if (event.kind === "step") {
      if (this.latest === null) performance.mark("mi-dpg:step");
      this.latest = event;
      const { step, bce } = event;
      const point = { step, bce, validAuc: null, validLogloss: null };
      this.points = [...this.#before(this.points, (past) => past.step < step), point];
    } else if (event.kind === "epoch") {
      this.epochs = [...this.#before(this.epochs, (past) => past.epoch < event.epoch), event];
      const last = this.points.at(-1);
      if (last) {
        const { validAuc, validLogloss } = event;
        this.points = [...this.points.slice(0, -1), { ...last, validAuc, validLogloss }];
      }
    }
  }

  /** A run that goes on from a checkpoint takes steps again that were already told. */
  #before<T>(told: T[], isBefore: (past: T) => boolean): T[] {
    const kept = told.findLastIndex(isBefore) + 1;
    return kept < told.length ? told.slice(0, kept) : told;
  }

  /** A GPU that fails while it works is no reason to give up: the CPU can finish. */
  #mayGoOn(error: unknown): boolean {
    const kind = error instanceof MidpgError ? error.kind : null;
    return this.active && this.#device.canBeLost && (kind === "device" || kind === "crashed");
  }

  #stop(error: unknown, data: string): null {
    if (error instanceof MidpgError && error.kind === "cancelled") {
      this.status = "cancelled";
    } else {
      this.status = "failed";
      this.failure = failureOf(error, data);
    }
    return null;
  }
}
