import { MidpgError } from "../../client/index.ts";
import type {
  DoneEvent,
  EpochEvent,
  StepEvent,
  TrainConfig,
  TrainEvent,
  TrainingRun,
} from "../../client/index.ts";
import type { DeviceState } from "./device.svelte.ts";

export type Status = "idle" | "starting" | "running" | "paused" | "done" | "cancelled" | "failed";

/** One point of the curve; the validation values stand at the last step of their epoch. */
export interface Point {
  step: number;
  bce: number;
  validAuc: number | null;
  validLogloss: number | null;
}

/** The training under way, or the last one. */
export class TrainingState {
  readonly #device: DeviceState;
  status = $state<Status>("idle");
  points = $state.raw<Point[]>([]);
  epochs = $state.raw<EpochEvent[]>([]);
  latest = $state.raw<StepEvent | null>(null);
  /** The device that computed the latest event. */
  ranOn = $state("");
  failure = $state<string | null>(null);
  #run: TrainingRun | null = null;
  #starts = 0;

  constructor(device: DeviceState) {
    this.#device = device;
  }

  get active(): boolean {
    return this.status === "starting" || this.status === "running" || this.status === "paused";
  }

  /** Trains to the end; null when it was cancelled or failed. */
  async start(csv: Uint8Array, schema: string, config: TrainConfig): Promise<DoneEvent | null> {
    this.status = "starting";
    this.points = [];
    this.epochs = [];
    this.latest = null;
    this.failure = null;
    const start = ++this.#starts;
    let resume: Uint8Array | undefined;
    for (;;) {
      try {
        const client = await this.#device.client();
        if (start !== this.#starts || !this.active) return null;
        this.#run = client.train({ csv, schema, config, resume });
        return await this.#follow(this.#run);
      } catch (error) {
        // Cancelled, and another run has begun since.
        if (start !== this.#starts) return null;
        const lost = this.#run?.checkpoint ?? resume;
        if (!this.#mayGoOn(error)) return this.#stop(error);
        resume = lost;
        if (!resume) this.points = [];
        await this.#device.lose((error as Error).message).catch(() => undefined);
      }
    }
  }

  togglePause(): void {
    if (this.status === "running") {
      this.#run?.pause();
      this.status = "paused";
    } else if (this.status === "paused") {
      this.#run?.resume();
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
      if (this.#run !== run || this.status === "cancelled") return null;
      if (this.status === "starting") this.status = "running";
      this.ranOn = event.device;
      this.#note(event);
      if (event.kind === "done") {
        this.status = "done";
        return event;
      }
    }
    return null;
  }

  #note(event: TrainEvent): void {
    if (event.kind === "step") {
      performance.mark("mi-dpg:step");
      this.latest = event;
      const { step, bce } = event;
      this.points = [...this.points, { step, bce, validAuc: null, validLogloss: null }];
    } else if (event.kind === "epoch") {
      this.epochs = [...this.epochs, event];
      const last = this.points.at(-1);
      if (last) {
        const { validAuc, validLogloss } = event;
        this.points = [...this.points.slice(0, -1), { ...last, validAuc, validLogloss }];
      }
    }
  }

  /** A GPU that fails while it works is no reason to give up: the CPU can finish. */
  #mayGoOn(error: unknown): boolean {
    const kind = error instanceof MidpgError ? error.kind : null;
    return (
      this.active && this.#device.wish === "webgpu" && (kind === "device" || kind === "crashed")
    );
  }

  #stop(error: unknown): null {
    if (error instanceof MidpgError && error.kind === "cancelled") {
      this.status = "cancelled";
    } else {
      this.status = "failed";
      this.failure = (error as Error).message;
    }
    return null;
  }
}
