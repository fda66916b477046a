import { connect } from "./client.ts";
import type { WorkerLike } from "./connection.ts";
import { MidpgError } from "./error.ts";
import type { Crossover, CrossoverRow, ReadOptions, Table, TrainConfig } from "./types.ts";

/** Rows a batch that are tried beside the configured one: small ones suit a CPU, large ones a GPU. */
const BATCHES = [64, 256, 1024, 4096];
/** Of training, for each device and batch. */
const MILLISECONDS = 700;
/** The measurement stops a run, not the run itself. */
const EPOCHS = 10_000;

export interface CrossoverOptions extends ReadOptions {
  csv: Table;
  /** The name of a preset or a schema in TOML. */
  schema: string;
  /** The model, and with `batch` the batch that `fastest` is about. */
  config: TrainConfig;
  /** The folder that holds cpu/ and gpu/; by default the one beside the client's own. */
  modules?: string | URL;
  onProgress?: (message: string) => void;
  signal?: AbortSignal;
  /** Makes a worker, as for `createClient`. */
  spawn?: () => WorkerLike;
}

/**
 * Trains the configured model for a moment on the CPU and on WebGPU, at some batch sizes, each in a
 * worker of its own. Without WebGPU it resolves too, and says why. A batch that the table's training
 * rows do not fill is left out, except the configured one.
 */
export async function measureCrossover(options: CrossoverOptions): Promise<Crossover> {
  const batch = options.config.batch ?? 512;
  const cpu = await measure(options, "cpu", batch);
  try {
    return summary(batch, cpu, await measure(options, "webgpu", batch), null);
  } catch (error) {
    const { kind, message } = error as MidpgError;
    // A GPU that is absent, or that fails while it is measured, is a result.
    if (kind !== "device" && kind !== "crashed") throw error;
    return summary(batch, cpu, new Map(), message);
  }
}

/** Rows a second, by batch. */
type Rates = Map<number, number>;

async function measure(
  {
    csv,
    schema,
    config,
    skipBadRows: skip = false,
    modules,
    onProgress,
    signal,
    spawn,
  }: CrossoverOptions,
  device: "cpu" | "webgpu",
  configured: number,
): Promise<Rates> {
  const connection = connect({
    device,
    modules,
    spawn,
    onProgress: ({ message }) => onProgress?.(message),
  });
  // A run that is cut short would end before it is timed.
  const { maxSteps: _, ...endless } = { ...config, epochs: EPOCHS, patience: EPOCHS };
  const stop = () => connection.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    if (signal?.aborted) stop();
    const { parts } = (await connection.request("describe", { csv, schema, seed: 1, skip })).result;
    const filled = BATCHES.filter((size) => size <= parts.train);
    const batches = [...new Set([...filled, configured])].sort((a, b) => a - b);
    const rates: Rates = new Map();
    for (const batch of batches) {
      onProgress?.(`${batch} rows a batch on ${device === "cpu" ? "the CPU" : "WebGPU"}`);
      const { result } = await connection.request("timeSteps", {
        csv,
        schema,
        config: { ...endless, batch },
        milliseconds: MILLISECONDS,
        skip,
      });
      if (result.milliseconds > 0) rates.set(batch, (1000 * result.rows) / result.milliseconds);
    }
    return rates;
  } catch (error) {
    if (signal?.aborted) throw new MidpgError("cancelled", "the measurement was cancelled");
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    connection.close();
  }
}

function summary(batch: number, cpu: Rates, gpu: Rates, unavailable: string | null): Crossover {
  const rows: CrossoverRow[] = [...cpu].map(([size, rate]) => ({
    batch: size,
    cpu: rate,
    webgpu: gpu.get(size) ?? null,
  }));
  const wins = (row: CrossoverRow) => row.webgpu !== null && row.webgpu > row.cpu;
  const here = rows.find((row) => row.batch === batch);
  const slower = rows.findLastIndex((row) => !wins(row));
  return {
    batch,
    rows,
    unavailable,
    from: rows[slower + 1]?.batch ?? null,
    fastest: here && wins(here) ? "webgpu" : "cpu",
  };
}
