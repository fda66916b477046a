import type { ComparisonMessage } from "./protocol.ts";
import { TrainingSession, type Host } from "./session.ts";
import type { ComparisonProgress } from "./types.ts";
import type { WasmComparison, WasmDataset } from "./wasm.ts";

/** A comparison in the worker: trial after trial, each as far as it is pulled. */
export class ComparisonSession {
  readonly #comparison: WasmComparison;
  readonly #data: WasmDataset;
  readonly #host: Host;
  #trial = 0;
  #run: TrainingSession | null = null;
  #began = 0;
  #freed = false;

  constructor(comparison: WasmComparison, data: WasmDataset, host: Host) {
    this.#comparison = comparison;
    this.#data = data;
    this.#host = host;
  }

  /** Goes on until there is something to tell. */
  async next(): Promise<ComparisonMessage> {
    const comparison = this.#comparison;
    if (this.#trial === comparison.count) return this.#result();
    if (this.#run === null) {
      this.#began = performance.now();
      const start = () => comparison.start(this.#trial, this.#data);
      this.#run = new TrainingSession(await this.#host.exclusive(start), this.#host, false);
      return this.#progress(0);
    }
    const event = await this.#run.next();
    if (event.kind === "step") return this.#progress(event.step / event.steps);
    if (event.kind !== "done")
      return this.#progress(event.kind === "epoch" ? event.epoch / event.epochs : 0);
    const { valid_auc, valid_logloss } = event.info.training;
    comparison.record(this.#trial, {
      bestEpoch: event.bestEpoch,
      epochs: event.epochs,
      validAuc: valid_auc,
      validLogloss: valid_logloss,
      seconds: (performance.now() - this.#began) / 1000,
      report: event.report,
    });
    this.#host.freeModel(event.model);
    this.#endRun();
    this.#trial += 1;
    return this.#trial === comparison.count ? this.#result() : this.#progress(0);
  }

  #progress(share: number): ComparisonMessage {
    const { count } = this.#comparison;
    const progress: ComparisonProgress = {
      done: this.#trial,
      trials: count,
      trial: this.#comparison.trial(this.#trial),
      share,
      table: this.#comparison.table(),
    };
    return { kind: "progress", ...progress };
  }

  #result(): ComparisonMessage {
    const table = this.#comparison.table();
    if (table === null) throw new Error("a comparison without methods was planned");
    return { kind: "done", table, csv: this.#comparison.csv() };
  }

  #endRun(): void {
    this.#run?.free();
    this.#run = null;
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#run?.cancel();
    this.#endRun();
    this.#comparison.free();
    this.#data.free();
  }
}
