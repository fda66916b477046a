import type { Connection } from "./connection.ts";
import { MidpgError } from "./error.ts";
import type {
  ComparisonProgress,
  ComparisonResult,
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
  onProgress?: (progress: ComparisonProgress) => void;
  signal?: AbortSignal;
}

/** Pulls a comparison through the worker. */
export async function compare(
  connection: Connection,
  {
    csv,
    schema,
    methods = ALL_METHODS,
    trials = 3,
    config = {},
    skipBadRows = false,
    onProgress,
    signal,
  }: CompareOptions,
): Promise<ComparisonResult & Computed> {
  const started = await connection.request("startComparison", {
    csv,
    schema,
    methods: [...methods],
    trials,
    config: { method: "dnn", ...config },
    skip: skipBadRows,
  });
  const comparison = started.result;
  const { generation } = connection;
  let ms = started.ms;
  try {
    for (;;) {
      if (signal?.aborted) throw new MidpgError("cancelled", "the comparison was cancelled");
      const answer = await connection.requestOf(generation, "nextComparison", { comparison });
      ms += answer.ms;
      const { kind, ...said } = answer.result;
      if (kind === "done") return { ...(said as ComparisonResult), device: answer.device, ms };
      onProgress?.(said as ComparisonProgress);
    }
  } finally {
    connection.requestOf(generation, "endComparison", { comparison }).catch(() => undefined);
  }
}
