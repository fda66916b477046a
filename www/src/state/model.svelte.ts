import type { Client, Explanation, ModelHandle, ModelInfo, Report } from "../../client/index.ts";
import type { Against } from "../lib/matrices.ts";
import type { DeviceState } from "./device.svelte.ts";

/** The model that is looked at, what it explains, and which scenarios are picked. */
export class ModelState {
  readonly #device: DeviceState;
  info = $state.raw<ModelInfo | null>(null);
  report = $state.raw<Report | null>(null);
  explanation = $state.raw<Explanation | null>(null);
  /** Where the report comes from: a training run, or a file held against the data. */
  origin = $state("");
  busy = $state(false);
  failure = $state<string | null>(null);
  picked = $state(0);
  against = $state.raw<Against>({ kind: "none" });
  #handle: ModelHandle | null = null;
  #file: Uint8Array | null = null;
  #client: Client | null = null;

  constructor(device: DeviceState) {
    this.#device = device;
  }

  /** Takes over the model of a finished run and explains it on the rows it was trained from. */
  async adopt(handle: ModelHandle, report: Report | null, csv: Uint8Array): Promise<void> {
    await this.#attempt(async () => {
      const client = await this.#device.client();
      this.#take(client, handle, await client.save(handle));
      this.report = report;
      this.origin = "test part, after training";
      this.#show(handle.info.weighted ? await client.explain(handle, csv) : null);
    });
  }

  /** Opens a model file; with data at hand it is evaluated and explained on it. */
  async open(file: File, csv: Uint8Array | null): Promise<void> {
    await this.#attempt(async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const client = await this.#device.client();
      const handle = await client.load(bytes);
      this.#take(client, handle, bytes);
      this.report = null;
      this.explanation = null;
      if (!csv) return;
      this.report = await client.evaluate(handle, csv);
      this.origin = file.name;
      this.#show(handle.info.weighted ? await client.explain(handle, csv) : null);
    });
  }

  /** The bytes of the model file. */
  get file(): Uint8Array | null {
    return this.#file;
  }

  #take(client: Client, handle: ModelHandle, file: Uint8Array): void {
    if (this.#client === client) this.#handle?.free();
    this.#client = client;
    this.#handle = handle;
    this.#file = file;
    this.info = handle.info;
  }

  /** Shows new matrices; scenarios that were picked stay picked where they still exist. */
  #show(explanation: Explanation | null): void {
    if (explanation === null) {
      this.explanation = null;
      return;
    }
    const old = this.explanation;
    const find = (index: number) =>
      explanation.scenarios.findIndex((s) => s.name === old?.scenarios[index]?.name);
    const against = this.against;
    const kept = against.kind === "scenario" ? find(against.index) : -1;
    if (against.kind === "scenario") {
      this.against = kept < 0 ? { kind: "none" } : { kind: "scenario", index: kept };
    }
    this.picked = Math.max(0, find(this.picked));
    this.explanation = explanation;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await work();
    } catch (error) {
      this.failure = (error as Error).message;
    } finally {
      this.busy = false;
    }
  }
}
