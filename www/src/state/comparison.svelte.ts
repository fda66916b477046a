import {
  ALL_METHODS,
  type ComparisonProgress,
  type ComparisonTable,
  type Method,
  type TrainConfig,
} from "../../client/index.ts";
import { measuredAfterTraining } from "../lib/measure.ts";
import { failureOf, wasCancelled } from "../lib/told.ts";
import type { DataState } from "./data.svelte.ts";
import type { DeviceState } from "./device.svelte.ts";

/** The paper's Table 1 on the data that is chosen, computed in the page. */
export class ComparisonState {
  readonly #device: DeviceState;
  readonly #data: DataState;
  /** What is to be compared: it stays when another view is looked at. */
  methods = $state<Method[]>([...ALL_METHODS]);
  /** null where the field was emptied. */
  trials = $state<number | null>(3);
  table = $state.raw<ComparisonTable | null>(null);
  /** Every trial, once all are over. */
  csv = $state<string | null>(null);
  progress = $state.raw<ComparisonProgress | null>(null);
  /** The data the table is of. */
  of = $state("");
  /** The part of it that the methods were measured on. */
  measured = $state("");
  /** The device that computed it. */
  ranOn = $state("");
  seconds = $state(0);
  failure = $state<string | null>(null);
  active = $state(false);
  #abort: AbortController | null = null;

  constructor(device: DeviceState, data: DataState) {
    this.#device = device;
    this.#data = data;
  }

  async start(methods: readonly Method[], trials: number, config: TrainConfig): Promise<void> {
    this.active = true;
    this.table = this.csv = this.progress = null;
    this.failure = null;
    this.of = this.#data.name;
    this.measured = measuredAfterTraining(this.#data.info?.parts);
    const abort = (this.#abort = new AbortController());
    const began = performance.now();
    const clock = () => (this.seconds = (performance.now() - began) / 1000);
    try {
      const client = await this.#device.client();
      const result = await client.compare({
        csv: await this.#data.table(),
        schema: this.#data.schema,
        skipBadRows: this.#data.skipBadRows,
        methods,
        trials,
        config,
        signal: abort.signal,
        onProgress: (progress) => {
          // The same one until a trial is over.
          this.table = progress.table;
          this.progress = progress;
          clock();
        },
      });
      this.table = result.table;
      this.csv = result.csv;
      this.ranOn = result.device;
    } catch (error) {
      if (!wasCancelled(error)) this.failure = failureOf(error, this.of);
    } finally {
      clock();
      this.active = false;
      this.progress = null;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}
