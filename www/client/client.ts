import { Connection, type Answer, type WorkerLike } from "./connection.ts";
import { ModelHandle } from "./model.ts";
import { TrainingRun, type TrainOptions } from "./run.ts";
import type {
  Computed,
  DatasetInfo,
  DeviceChoice,
  DeviceInfo,
  Explanation,
  Progress,
  Report,
  Scores,
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
  const connection = new Connection({
    spawn: options.spawn ?? spawnWorker,
    device: options.device ?? "auto",
    modules: String(options.modules ?? new URL(/* @vite-ignore */ "../", import.meta.url)),
    onProgress: options.onProgress ?? (() => undefined),
  });
  return new Client(connection, await connection.open());
}

function spawnWorker(): WorkerLike {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    type: "module",
  }) as unknown as WorkerLike;
}

export class Client {
  readonly #connection: Connection;
  /** The device that runs, and why it was taken. */
  readonly device: DeviceInfo;

  /** @internal */
  constructor(connection: Connection, device: DeviceInfo) {
    this.#connection = connection;
    this.device = device;
  }

  /** A preset's name or a schema, as commented TOML. */
  async schemaToml(text: string): Promise<string> {
    return (await this.#connection.request("schemaToml", { text })).result;
  }

  /** A first schema for a table nobody described. */
  async guessSchema(csv: Uint8Array): Promise<string> {
    return (await this.#connection.request("guessSchema", { csv })).result;
  }

  /** Reads the table as training would, and says what is in it. */
  async describe(csv: Uint8Array, schema: string, seed = 1): Promise<DatasetInfo & Computed> {
    return computed(await this.#connection.request("describe", { csv, schema, seed }));
  }

  /** A run that goes as it is iterated: `for await (const event of client.train(…))`. */
  train(options: TrainOptions): TrainingRun {
    return new TrainingRun(this.#connection, options);
  }

  async load(bytes: Uint8Array): Promise<ModelHandle> {
    // The caller may reuse its buffer; the handle needs the bytes for as long as it lives.
    const own = bytes.slice();
    const { result } = await this.#connection.request("load", { bytes: own });
    return new ModelHandle(this.#connection, result.info, own, result.model);
  }

  /** The model file. */
  async save(model: ModelHandle): Promise<Uint8Array> {
    return model.bytes.slice();
  }

  async score(model: ModelHandle, csv: Uint8Array): Promise<Scores & Computed> {
    const id = await model.locate();
    return computed(await this.#connection.request("score", { model: id, csv }));
  }

  async evaluate(model: ModelHandle, csv: Uint8Array, part?: string): Promise<Report & Computed> {
    const id = await model.locate();
    return computed(await this.#connection.request("evaluate", { model: id, csv, part }));
  }

  async explain(model: ModelHandle, csv: Uint8Array): Promise<Explanation & Computed> {
    const id = await model.locate();
    return computed(await this.#connection.request("explain", { model: id, csv }));
  }

  /** Stops the worker; everything under way is rejected. */
  close(): void {
    this.#connection.close();
  }
}

function computed<T extends object>({ result, device, ms }: Answer<T>): T & Computed {
  return { ...result, device, ms };
}
