import { Connection, type Answer, type WorkerLike } from "./connection.ts";
import { ModelHandle } from "./model.ts";
import { TrainingRun, type TrainOptions } from "./run.ts";
import { score, type ScoreOptions } from "./scoring.ts";
import { compare, type CompareOptions } from "./compare.ts";
import type {
  ComparisonResult,
  Computed,
  DatasetInfo,
  DeviceChoice,
  DeviceInfo,
  Explanation,
  Impression,
  Progress,
  ReadOptions,
  Report,
  ScenarioMap,
  Scores,
  Table,
} from "./types.ts";

export interface ClientOptions {
  device?: DeviceChoice;
  onProgress?: (progress: Progress) => void;
  /** The folder that holds cpu/ and gpu/; by default the one beside the client's own. */
  modules?: string | URL;
  /** Makes the worker; for bundlers that must see the worker's file themselves, and for tests. */
  spawn?: () => WorkerLike;
}

/**
 * Starts the worker and opens the device. "auto" always gets one; a device that was named and cannot be
 * had rejects with a MidpgError of kind "device" that says why.
 */
export async function createClient(options: ClientOptions = {}): Promise<Client> {
  const connection = connect(options);
  return new Client(connection, await connection.open(), options);
}

/** @internal */
export function connect({ device, onProgress, modules, spawn }: ClientOptions): Connection {
  return new Connection({
    spawn: spawn ?? spawnWorker,
    device: device ?? "auto",
    modules: String(modules ?? new URL(/* @vite-ignore */ "../", import.meta.url)),
    onProgress: onProgress ?? (() => undefined),
  });
}

function spawnWorker(): WorkerLike {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  }) as unknown as WorkerLike;
}

export class Client {
  readonly #connection: Connection;
  readonly #options: ClientOptions;
  /** The device that runs, and why it was taken. */
  readonly device: DeviceInfo;

  /** @internal */
  constructor(connection: Connection, device: DeviceInfo, options: ClientOptions) {
    this.#connection = connection;
    this.#options = options;
    this.device = device;
  }

  /** A preset's name or a schema, as commented TOML. */
  async schemaToml(text: string): Promise<string> {
    return (await this.#connection.request("schemaToml", { text })).result;
  }

  /** A first schema for a table nobody described. */
  async guessSchema(csv: Table): Promise<string> {
    return (await this.#connection.request("guessSchema", { csv })).result;
  }

  /** Reads the table as training with that seed would, and says what is in it. */
  async describe(
    csv: Table,
    schema: string,
    seed = 1,
    { skipBadRows = false }: ReadOptions = {},
  ): Promise<DatasetInfo & Computed> {
    const asked = { csv, schema, seed, skip: skipBadRows };
    return computed(await this.#connection.request("describe", asked));
  }

  /** A run that goes as it is iterated: `for await (const event of client.train(…))`. */
  train(options: TrainOptions): TrainingRun {
    return new TrainingRun(this.#connection, options);
  }

  async load(bytes: Uint8Array): Promise<ModelHandle> {
    // The caller may reuse its buffer; the handle needs the bytes for as long as it lives.
    const own = bytes.slice();
    const answer = await this.#connection.request("load", { bytes: own });
    return new ModelHandle(this.#connection, answer.result, own, answer);
  }

  /** The model file. */
  async save(model: ModelHandle): Promise<Uint8Array> {
    return model.bytes.slice();
  }

  /** One probability a row of the file, in its order. */
  async score(
    model: ModelHandle,
    csv: Table,
    options: ScoreOptions = {},
  ): Promise<Scores & Computed> {
    return score(this.#connection, await model.locate(), csv, options);
  }

  async evaluate(
    model: ModelHandle,
    csv: Table,
    part?: string,
    { skipBadRows = false }: ReadOptions = {},
  ): Promise<Report & Computed> {
    const asked = { model: await model.locate(), csv, part, skip: skipBadRows };
    return computed(await this.#connection.request("evaluate", asked));
  }

  async explain(
    model: ModelHandle,
    csv: Table,
    { skipBadRows = false }: ReadOptions = {},
  ): Promise<Explanation & Computed> {
    const asked = { model: await model.locate(), csv, skip: skipBadRows };
    return computed(await this.#connection.request("explain", asked));
  }

  /** Rows as points in the space of their weighting matrices, laid out in two dimensions. */
  async map(
    model: ModelHandle,
    csv: Table,
    {
      perScenario = 100,
      seed = 1,
      skipBadRows = false,
    }: ReadOptions & { perScenario?: number; seed?: number } = {},
  ): Promise<ScenarioMap & Computed> {
    const asked = { model: await model.locate(), csv, perScenario, seed, skip: skipBadRows };
    return computed(await this.#connection.request("map", asked));
  }

  /** The first rows of each scenario of the file. */
  async impressions(model: ModelHandle, csv: Table, perScenario = 5): Promise<Impression[]> {
    const id = await model.locate();
    return (await this.#connection.request("impressions", { model: id, csv, perScenario })).result;
  }

  /** Trains every method some times over and tabulates them as the paper's Table 1 does. */
  compare(options: CompareOptions): Promise<ComparisonResult & Computed> {
    const beside = (): Connection =>
      connect({ ...this.#options, device: "cpu", onProgress: undefined });
    // Trials on one GPU would only wait for each other.
    const more = this.device.name === "cpu" ? beside : null;
    return compare({ own: this.#connection, more }, options);
  }

  /** Stops the worker; everything under way is rejected. */
  close(): void {
    this.#connection.close();
  }
}

function computed<T extends object>({ result, device, ms }: Answer<T>): T & Computed {
  return { ...result, device, ms };
}
