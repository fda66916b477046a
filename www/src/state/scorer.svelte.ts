import { wrap, type Remote } from "comlink";
import type { Row } from "../../client/score.ts";
import type { Scored, ScorerInfo, ScorerService } from "../workers/scorer.ts";

/** The small scorer with the model that is looked at. */
export class ScorerState {
  info = $state.raw<ScorerInfo | null>(null);
  failure = $state<string | null>(null);
  /** Milliseconds of the last answer, there and back. */
  ms = $state<number | null>(null);
  #worker: Worker | null = null;
  #service: Remote<ScorerService> | null = null;
  #loaded: unknown = null;
  /** Models that were asked for so far. */
  #loads = 0;

  /** Loads a model file, unless it is the one that is loaded. */
  async load(key: unknown, bytes: () => Promise<Uint8Array>): Promise<void> {
    if (this.#loaded === key) return;
    this.#loaded = key;
    this.#loads += 1;
    this.info = null;
    this.failure = null;
    // Files come as fast as the network gives them: of several, only the last one asked for goes to the worker.
    const current = () => this.#loaded === key;
    try {
      const file = await bytes();
      if (!current()) return;
      const info = await this.#running().load(file);
      if (current()) this.info = info;
    } catch (error) {
      if (current()) this.#fail(error);
    }
  }

  async ask(rows: Row[]): Promise<Scored | null> {
    const loads = this.#loads;
    try {
      const began = performance.now();
      const scored = await this.#running().ask(rows);
      this.ms = performance.now() - began;
      // Another model that could not be loaded meanwhile is still none.
      if (this.#loads === loads) this.failure = null;
      return scored;
    } catch (error) {
      // Of the rows that are asked for, one each scenario, the reader knows a single one.
      const message = (error as Error).message.replace(/\brow \d+: /, "");
      if (this.#loads === loads) this.#fail(new Error(message));
      return null;
    }
  }

  #fail(error: unknown): void {
    this.failure = (error as Error).message;
    this.#loaded = null;
  }

  #running(): Remote<ScorerService> {
    if (this.#service) return this.#service;
    const worker = new Worker(new URL("../workers/scorer.ts", import.meta.url), {
      type: "module",
    });
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      if (this.#worker !== worker) return;
      this.#worker = this.#service = null;
      // The model went with it: the next worker has none until it is loaded again.
      this.info = null;
      this.#fail(new Error(`the scorer stopped: ${event.message || "it could not be loaded"}`));
    };
    this.#worker = worker;
    this.#service = wrap<ScorerService>(worker);
    return this.#service;
  }
}
