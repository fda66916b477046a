import type { MutualInformation, TrainConfig, TrainingRun } from "../../client/index.ts";
import type { Diversity } from "../lib/showcase.ts";
import type { DataState } from "./data.svelte.ts";
import type { DeviceState } from "./device.svelte.ts";
import type { ModelState } from "./model.svelte.ts";

/** Points of each scenario on a map. */
const POINTS = 60;

/** How far the model tells scenarios apart, beside the same network trained with another weight of the MI term. */
export class DiversityState {
  readonly #device: DeviceState;
  readonly #data: DataState;
  readonly #model: ModelState;
  mine = $state.raw<Diversity | null>(null);
  other = $state.raw<Diversity | null>(null);
  busy = $state(false);
  /** How far the other network is trained, 0 to 1; null when none is. */
  share = $state<number | null>(null);
  failure = $state<string | null>(null);
  #of: unknown = null;
  #run: TrainingRun | null = null;

  constructor(device: DeviceState, data: DataState, model: ModelState) {
    this.#device = device;
    this.#data = data;
    this.#model = model;
  }

  get active(): boolean {
    return this.share !== null;
  }

  /** Computes what belongs to the model that is looked at, once. */
  async find(): Promise<void> {
    const { info } = this.#model;
    if (!info?.weighted || this.#of === info || this.active) return;
    this.#of = info;
    this.mine = this.other = null;
    await this.#attempt(async () => {
      if (this.#model.origin === "sample") {
        const { diversity, without } = await this.#model.findMore();
        if (this.#of === info) [this.mine, this.other] = [diversity, without];
        return;
      }
      const client = await this.#device.client();
      const csv = await this.#data.table();
      const map = await client.map(await this.#model.handle(), csv, { perScenario: POINTS });
      const { mutualInformation, report, lambda } = this.#model;
      if (this.#of === info)
        this.mine = { lambda, map, mutualInformation, auc: report?.auc ?? null };
    });
    if (this.failure) this.#of = null;
  }

  /** Trains the same network from the same seed with another λ; 0 is DPG. */
  async retrain(config: TrainConfig, lambda: number): Promise<void> {
    await this.#attempt(async () => {
      const client = await this.#device.client();
      const csv = await this.#data.table();
      this.share = 0;
      const method = lambda > 0 ? "mi-dpg" : "dpg";
      const run = client.train({
        csv,
        schema: this.#data.schema,
        config: { ...config, method, lambda },
      });
      this.#run = run;
      let mutualInformation: MutualInformation | null = null;
      for await (const event of run) {
        if (event.kind === "step") this.share = event.step / event.steps;
        if (event.kind === "epoch" && event.best) ({ mutualInformation } = event);
        if (event.kind !== "done") continue;
        const map = await client.map(event.model, csv, { perScenario: POINTS });
        event.model.free();
        this.other = { lambda, map, mutualInformation, auc: event.report?.auc ?? null };
      }
    });
    this.share = null;
    this.#run = null;
  }

  cancel(): void {
    this.#run?.cancel();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      const { kind, message } = error as { kind?: string; message: string };
      if (kind !== "cancelled") this.failure = message;
    } finally {
      this.busy = false;
    }
  }
}
