import type { Connection } from "./connection.ts";
import { MidpgError } from "./error.ts";
import { Hand, type Asking } from "./hand.ts";
import type {
  ComparisonProgress,
  ComparisonResult,
  ComparisonTable,
  ComparisonTrial,
  Computed,
  Method,
  ReadOptions,
  Table,
  TrainConfig,
} from "./types.ts";

/** The rows of the paper's Table 1, in its order. */
export const ALL_METHODS: readonly Method[] = [
  "dnn",
  "ple",
  "star",
  "pepnet",
  "adasparse",
  "apg",
  "dpg",
  "mi-dpg",
];

/** The most workers that are taken without being asked for. */
const MOST_WORKERS = 8;
/** Bytes of tables that workers hold between them: each reads the table for itself. */
const MOST_BYTES = 256 * 2 ** 20;

export interface CompareOptions extends ReadOptions {
  csv: Table;
  /** The name of a preset or a schema in TOML. */
  schema: string;
  /** All eight if it is left out. */
  methods?: readonly Method[];
  /** Seeds each is trained with, from `config.seed` on; 3 if it is left out. */
  trials?: number;
  /** What all runs share. Its method is not looked at: each takes the settings that it has, but DPG's variant is the best
   * of r, rc and c on validation. */
  config?: Partial<TrainConfig>;
  /** Trials at once, each in a worker of its own; the figures are the same for any number. If it is left out, one a core,
   * at most eight, and fewer for a large table. On WebGPU there is one at a time. */
  workers?: number;
  onProgress?: (progress: ComparisonProgress) => void;
  signal?: AbortSignal;
}

/** Where a comparison finds its workers. */
export interface Workers {
  /** The client's own. */
  own: Connection;
  /** Starts one more, which is the comparison's; null on a device that trials would only share. */
  more: (() => Connection) | null;
}

/** Runs a comparison's trials in the client's worker and in others beside it. */
export async function compare(
  { own, more }: Workers,
  { csv, schema, methods = ALL_METHODS, trials = 3, config = {}, ...options }: CompareOptions,
): Promise<ComparisonResult & Computed> {
  const { skipBadRows: skip = false, workers, onProgress, signal } = options;
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1))
    throw new MidpgError("usage", `workers is ${workers}; it must be a whole number from 1 on`);
  const shared = { method: "dnn", ...config } as TrainConfig;
  const asking: Asking = { csv, schema, methods: [...methods], trials, config: shared, skip };
  const first = await Hand.begin(own, asking);
  const others: Connection[] = [];
  try {
    const work = new Work(first, onProgress, signal);
    const hands = workers ?? (more === null ? 1 : suitable(csv));
    while (more !== null && others.length + 1 < Math.min(hands, first.trials.length))
      others.push(more());
    const helping = others.map((other) => work.help(other, asking));
    await Promise.all([work.go(first), ...helping]);
    // What a helper that is gone has left.
    await work.go(first);
    return await work.result();
  } finally {
    for (const other of others) other.close();
    first.end();
  }
}

function suitable(csv: Table): number {
  const bytes = csv instanceof Blob ? csv.size : csv.byteLength;
  const cores = globalThis.navigator?.hardwareConcurrency || 2;
  return Math.max(1, Math.min(cores, MOST_WORKERS, Math.floor(MOST_BYTES / bytes)));
}

/** The trials of a comparison: those that wait, those under way, and what came of the others. */
class Work {
  readonly #first: Hand;
  readonly #waiting: number[];
  /** Of each trial under way, how far it is. */
  readonly #shares = new Map<number, number>();
  readonly #onProgress: CompareOptions["onProgress"];
  readonly #signal: AbortSignal | undefined;
  #done = 0;
  #table: ComparisonTable | null = null;
  #ms: number;
  #failed = false;

  constructor(first: Hand, onProgress: CompareOptions["onProgress"], signal?: AbortSignal) {
    this.#first = first;
    this.#waiting = [...first.trials.keys()];
    this.#ms = first.ms;
    this.#onProgress = onProgress;
    this.#signal = signal;
  }

  /** Runs trials until none waits. */
  async go(hand: Hand): Promise<void> {
    for (;;) {
      this.#check();
      const trial = this.#waiting.shift();
      if (trial === undefined) return;
      try {
        await this.#run(hand, trial);
      } catch (error) {
        this.#shares.delete(trial);
        const gone = (error as MidpgError).kind === "crashed" && hand !== this.#first;
        this.#failed ||= !gone;
        if (gone) this.#waiting.unshift(trial);
        throw error;
      }
    }
  }

  /** The same in one more worker. Where it does not start, or crashes, the others do its work. */
  async help(connection: Connection, asking: Asking): Promise<void> {
    let hand: Hand | undefined;
    try {
      hand = await Hand.begin(connection, asking);
      this.#ms += hand.ms;
      await this.go(hand);
    } catch (error) {
      if (hand !== undefined && (error as MidpgError).kind !== "crashed") throw error;
    }
  }

  async #run(hand: Hand, trial: number): Promise<void> {
    for (;;) {
      this.#check();
      const { result, ms } = await hand.next(trial);
      this.#ms += ms;
      this.#check();
      if (result.kind === "done") {
        const recorded = await this.#first.record(trial, result.outcome);
        this.#table = recorded.result;
        this.#ms += recorded.ms;
        this.#shares.delete(trial);
        this.#done += 1;
        // The next one is begun at once, and told of.
        if (this.#waiting.length === 0) this.#tell();
        return;
      }
      this.#shares.set(trial, result.share);
      this.#tell();
    }
  }

  async result(): Promise<ComparisonResult & Computed> {
    if (this.#table === null) throw new Error("a comparison without methods was planned");
    const { result: csv, device, ms } = await this.#first.csv();
    return { table: this.#table, csv, device, ms: this.#ms + ms };
  }

  #tell(): void {
    const running: ComparisonTrial[] = [];
    let share = 0;
    for (const [trial, of] of [...this.#shares].sort(([a], [b]) => a - b)) {
      running.push(this.#first.trials[trial]!);
      share += of;
    }
    this.#onProgress?.({
      done: this.#done,
      trials: this.#first.trials.length,
      trial: running[0] ?? null,
      running,
      share,
      table: this.#table,
    });
  }

  #check(): void {
    const given = this.#signal?.aborted ?? false;
    if (given || this.#failed) throw new MidpgError("cancelled", "the comparison was cancelled");
  }
}
