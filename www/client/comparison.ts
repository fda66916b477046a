import type { TrialMessage } from "./protocol.ts";
import { TrainingSession, type Host } from "./session.ts";
import type { ComparisonOutcome, ComparisonTable, ComparisonTrial } from "./types.ts";
import type { WasmComparison, WasmDataset } from "./wasm.ts";

/** A comparison in a worker: runs the trials it is asked for, each as far as it is pulled, and tabulates what came of all. */
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

  get trials(): ComparisonTrial[] {
    const { count } = this.#comparison;
    return Array.from({ length: count }, (_, trial) => this.#comparison.trial(trial));
  }

  /** Goes on with a trial until there is something to tell, and begins it if it is not the one under way. */
  async next(trial: number): Promise<TrialMessage> {
    if (this.#run === null || this.#trial !== trial) {
      this.#endRun();
      this.#trial = trial;
      this.#began = performance.now();
      const start = () => this.#comparison.start(trial, this.#data);
      this.#run = new TrainingSession(await this.#host.exclusive(start), this.#host, false);
      return { kind: "progress", share: 0 };
    }
    const event = await this.#run.next();
    if (event.kind === "step") return { kind: "progress", share: event.step / event.steps };
    if (event.kind !== "done")
      return { kind: "progress", share: event.kind === "epoch" ? event.epoch / event.epochs : 0 };
    const { valid_auc, valid_logloss } = event.info.training;
    this.#host.freeModel(event.model);
    this.#endRun();
    return {
      kind: "done",
      outcome: {
        bestEpoch: event.bestEpoch,
        epochs: event.epochs,
        validAuc: valid_auc,
        validLogloss: valid_logloss,
        seconds: (performance.now() - this.#began) / 1000,
        report: event.report,
      },
    };
  }

  /** Takes what came of a trial, here or in another worker; the table of the methods whose trials are over. */
  record(trial: number, outcome: ComparisonOutcome): ComparisonTable | null {
    this.#comparison.record(trial, outcome);
    return this.#comparison.table();
  }

  csv(): string {
    return this.#comparison.csv();
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
