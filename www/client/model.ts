import type { Connection } from "./connection.ts";
import { MidpgError } from "./error.ts";
import type { Computed, ModelInfo } from "./types.ts";

/** Where a model lives now: its number in one generation of the worker. */
interface Place {
  generation: number;
  model: number;
}

/**
 * A model that lives in the worker. The handle keeps the bytes of its file, so that it outlives a crash
 * of the worker: it is loaded again when it is next used.
 */
export class ModelHandle implements Computed {
  readonly info: ModelInfo;
  /** Where it was loaded or trained, and what the answer that brought it took. */
  readonly device: string;
  readonly ms: number;
  readonly #connection: Connection;
  #bytes: Uint8Array | null;
  #place: Place;
  /** Its loading into a worker that took the place of one that crashed, shared by all who wait for it. */
  #coming: { generation: number; loaded: Promise<number> } | null = null;

  /** @internal */
  constructor(
    connection: Connection,
    { info, model }: { info: ModelInfo; model: number },
    bytes: Uint8Array,
    { device, ms }: Computed,
  ) {
    this.#connection = connection;
    this.info = info;
    this.device = device;
    this.ms = ms;
    this.#bytes = bytes;
    this.#place = { generation: connection.generation, model };
  }

  /** The model file, as `client.save` gives it. @internal */
  get bytes(): Uint8Array {
    if (this.#bytes === null) throw new MidpgError("usage", "this model was freed");
    return this.#bytes;
  }

  /** The number of the model in the running worker. @internal */
  async locate(): Promise<number> {
    const bytes = this.bytes;
    await this.#connection.open();
    const { generation } = this.#connection;
    if (this.#place.generation === generation) return this.#place.model;
    if (this.#coming?.generation !== generation)
      this.#coming = { generation, loaded: this.#load(generation, bytes) };
    return this.#coming.loaded;
  }

  async #load(generation: number, bytes: Uint8Array): Promise<number> {
    try {
      const { result } = await this.#connection.requestOf(generation, "load", { bytes });
      this.#place = { generation, model: result.model };
      // Given back meanwhile, when the worker did not have it yet.
      if (this.#bytes === null) this.#forget();
      return result.model;
    } finally {
      if (this.#coming?.generation === generation) this.#coming = null;
    }
  }

  /** Gives the memory back; may be called twice. */
  free(): void {
    if (this.#bytes === null) return;
    this.#bytes = null;
    this.#forget();
  }

  #forget(): void {
    const { generation, model } = this.#place;
    // A worker that is gone has freed it already.
    this.#connection.requestOf(generation, "freeModel", { model }).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.free();
  }
}
