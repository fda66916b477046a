import type { ModelInfo, MutualInformation } from "../../client/index.ts";
import { failureOf } from "../lib/told.ts";
import type { Diversity } from "../lib/showcase.ts";
import type { DeviceState } from "./device.svelte.ts";
import { Found } from "./found.svelte.ts";
import type { ModelState } from "./model.svelte.ts";

/** Points of each scenario on a map, and of all: one of 5,000, the most that the modules lay out, takes twice as long. */
export const POINTS = 60;
export const MOST_POINTS = 2500;
/** A scenario of one point has no spread. */
const FEWEST_POINTS = 2;

function pointsOfEach({ scenarios }: ModelInfo): number {
  const share = Math.floor(MOST_POINTS / Math.max(scenarios.length, 1));
  return Math.max(FEWEST_POINTS, Math.min(POINTS, share));
}

/** How far the model tells scenarios apart, beside the same network trained with another weight of the MI term. */
export class DiversityState {
  readonly #device: DeviceState;
  readonly #model: ModelState;
  readonly #maps: Found<{ mine: Diversity; other: Diversity | null }>;
  /** The network that was trained beside a model. */
  #beside = $state.raw<{ of: ModelInfo; diversity: Diversity } | null>(null);
  /** The weight that the reader picks for the next one. */
  lambda = $state(0);
  /** How far the other network is trained, 0 to 1; null when none is. */
  share = $state<number | null>(null);
  #failed = $state.raw<{ of: ModelInfo; message: string } | null>(null);
  #abort: AbortController | null = null;

  constructor(device: DeviceState, model: ModelState) {
    this.#device = device;
    this.#model = model;
    this.#maps = new Found(model, () => this.#layOut());
  }

  get mine(): Diversity | null {
    return this.#maps.value?.mine ?? null;
  }

  get other(): Diversity | null {
    const beside = this.#beside;
    if (beside !== null && beside.of === this.#model.info) return beside.diversity;
    return this.#maps.value?.other ?? null;
  }

  /** Whether the model's own map is being laid out. */
  get busy(): boolean {
    return this.#maps.busy;
  }

  get active(): boolean {
    return this.share !== null;
  }

  get failure(): string | null {
    const failed = this.#failed;
    const retraining = failed !== null && failed.of === this.#model.info ? failed.message : null;
    return this.#maps.failure ?? retraining;
  }

  /** Why no other network can be trained beside the model; null where one can. */
  get obstacle(): string | null {
    const { apart, config, info } = this.#model;
    if (info !== null && config === null)
      return "A model file does not say all that its model was trained with: no other can be trained beside it.";
    return apart === null ? null : `This model is of other data: ${apart}.`;
  }

  /** Computes what belongs to the model that is looked at, once. */
  async find(): Promise<void> {
    if (this.#model.info?.weighted) await this.#maps.find();
  }

  /** Trains the same network on the same data from the same seed with another λ; 0 is DPG. */
  async retrain(lambda: number): Promise<void> {
    const { config, info, source } = this.#model;
    if (this.active || this.obstacle !== null || !config || !info || !source) return;
    const abort = (this.#abort = new AbortController());
    this.share = 0;
    this.#failed = null;
    try {
      const client = await this.#device.client();
      const csv = await source.table();
      const run = client.train({
        csv,
        schema: source.schema,
        skipBadRows: source.skipBadRows,
        config: { ...config, method: lambda > 0 ? "mi-dpg" : "dpg", lambda },
        signal: abort.signal,
      });
      let mutualInformation: MutualInformation | null = null;
      for await (const event of run) {
        if (abort.signal.aborted) {
          // The end had come before the word that nobody wants it.
          if (event.kind === "done") event.model.free();
          return;
        }
        if (event.kind === "step") this.share = event.step / event.steps;
        if (event.kind === "epoch" && event.best) ({ mutualInformation } = event);
        if (event.kind !== "done") continue;
        const map = await client
          .map(event.model, csv, {
            perScenario: pointsOfEach(event.model.info),
            skipBadRows: source.skipBadRows,
          })
          .finally(() => event.model.free());
        const diversity = { lambda, map, mutualInformation, auc: event.report?.auc ?? null };
        if (!abort.signal.aborted) this.#beside = { of: info, diversity };
      }
    } catch (error) {
      if (!abort.signal.aborted)
        this.#failed = { of: info, message: failureOf(error, source.name) };
    } finally {
      if (this.#abort === abort) this.#end();
    }
  }

  /** Ends the training at once for the reader; the worker hears of it when it next listens. */
  cancel(): void {
    this.#abort?.abort();
    this.#end();
  }

  #end(): void {
    this.#abort = null;
    this.share = null;
  }

  async #layOut(): Promise<{ mine: Diversity; other: Diversity | null }> {
    if (this.#model.origin === "sample") {
      const { diversity, without } = await this.#model.findMore();
      return { mine: diversity, other: without };
    }
    const { mutualInformation, report, lambda } = this.#model;
    const client = await this.#device.client();
    const handle = await this.#model.handle();
    const map = await client.map(handle, await this.#model.table(), {
      perScenario: pointsOfEach(handle.info),
      skipBadRows: this.#model.skipBadRows,
    });
    return { mine: { lambda, map, mutualInformation, auc: report?.auc ?? null }, other: null };
  }
}
