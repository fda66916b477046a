import { measureCrossover } from "../../client/index.ts";
import type { Crossover, TrainConfig } from "../../client/index.ts";
import { methodName } from "../lib/options.ts";
import { failureOf, wasCancelled } from "../lib/told.ts";
import type { DataState } from "./data.svelte.ts";

/** CPU against WebGPU on this machine, for the model and the data that are chosen. */
export class CrossoverState {
  readonly #data: DataState;
  result = $state.raw<Crossover | null>(null);
  /** The model and the log that it is of. */
  of = $state("");
  progress = $state<string | null>(null);
  failure = $state<string | null>(null);
  #abort: AbortController | null = null;

  constructor(data: DataState) {
    this.#data = data;
  }

  get active(): boolean {
    return this.progress !== null;
  }

  async measure(config: TrainConfig): Promise<void> {
    const { name } = this.#data;
    this.result = null;
    this.of = `${methodName(config.method)} on ${name}`;
    this.failure = null;
    this.progress = "starting";
    const abort = (this.#abort = new AbortController());
    try {
      this.result = await measureCrossover({
        csv: await this.#data.table(),
        schema: this.#data.schema,
        skipBadRows: this.#data.skipBadRows,
        config,
        modules: new URL("pkg/", document.baseURI),
        signal: abort.signal,
        onProgress: (message) => (this.progress = message),
      });
    } catch (error) {
      if (!wasCancelled(error)) this.failure = failureOf(error, name);
    } finally {
      this.progress = null;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}
