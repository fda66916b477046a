import type { DatasetInfo, Table } from "../../client/index.ts";
import { get, revive, type Sample, type Showcase } from "../lib/showcase.ts";
import type { DeviceState } from "./device.svelte.ts";

/** The table that is learned from: a sample of ours or a file of the user's, with its schema. */
export class DataState {
  readonly #device: DeviceState;
  samples = $state.raw<Sample[]>([]);
  /** The sample that is chosen, or null for the user's own file. */
  sample = $state<string | null>(null);
  name = $state("");
  size = $state(0);
  /** The schema as the user sees and may edit it. */
  schema = $state("");
  /** The schema is a preset's, since none could be guessed. */
  template = $state(false);
  info = $state.raw<DatasetInfo | null>(null);
  busy = $state(false);
  failure = $state<string | null>(null);
  #csv = $state.raw<Table | null>(null);
  #turn = 0;

  constructor(device: DeviceState) {
    this.#device = device;
  }

  /** Whether a table is chosen, fetched or not. */
  get chosen(): boolean {
    return this.sample !== null || this.#csv !== null;
  }

  /** The table: the user's file as it is, a sample's bytes, which are fetched when they are first wanted. */
  async table(): Promise<Table> {
    if (this.#csv) return this.#csv;
    const { name, sample } = this;
    if (sample === null)
      throw new Error("there is no data yet: choose a sample or open a CSV file");
    const bytes = new Uint8Array(await (await get(`samples/${name}`)).arrayBuffer());
    if (this.sample === sample) this.#csv = bytes;
    return bytes;
  }

  /** Finds out which samples the site carries. */
  async list(): Promise<void> {
    await this.#attempt(async () => {
      this.samples = (await (await get("samples/index.json")).json()) as Sample[];
      if (this.samples.length === 0)
        throw new Error("the site carries no samples; open a CSV file");
    });
  }

  /** Takes a sample; what was made of it when the site was built comes back, if anything was. */
  async pickSample(preset: string): Promise<Showcase | null> {
    const sample = this.samples.find((s) => s.preset === preset) ?? this.samples[0];
    if (!sample) return null;
    let showcase: Showcase | null = null;
    this.sample = sample.preset;
    this.#csv = null;
    this.name = sample.file;
    this.size = sample.bytes;
    this.info = null;
    await this.#attempt(async (current) => {
      if (sample.showcase) {
        const text = await (await get(`samples/${sample.preset}.json`)).text();
        if (!current()) return;
        showcase = revive(text);
        this.schema = showcase.schema;
        this.info = showcase.data;
      } else {
        const client = await this.#device.client();
        const schema = await client.schemaToml(sample.preset);
        const csv = await this.table();
        if (current()) await this.#read(csv, schema, current);
      }
    });
    return showcase;
  }

  async openFile(file: File): Promise<void> {
    this.sample = null;
    await this.#attempt(async (current) => {
      this.name = file.name;
      this.#csv = file;
      this.size = file.size;
      this.info = null;
      this.schema = "";
      this.template = false;
      const client = await this.#device.client();
      const schema = await client.guessSchema(file).catch(async (error) => {
        const preset = await client.schemaToml("ads");
        if (current()) [this.schema, this.template] = [preset, true];
        throw error;
      });
      if (current()) await this.#read(file, schema, current);
    });
  }

  /** Reads the same file again, with the schema as it was edited. */
  async useSchema(schema: string): Promise<void> {
    if (!this.chosen) return;
    await this.#attempt(async (current) => this.#read(await this.table(), schema, current));
  }

  async #read(csv: Table, schema: string, current: () => boolean) {
    this.schema = schema;
    this.template = false;
    this.info = null;
    const client = await this.#device.client();
    const info = await client.describe(csv, schema);
    if (current()) this.info = info;
  }

  /** Runs one load; a later one takes over, and a failure is shown where the data is chosen. */
  async #attempt(work: (current: () => boolean) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const current = () => turn === this.#turn;
    this.busy = true;
    this.failure = null;
    try {
      await work(current);
    } catch (error) {
      if (current()) this.failure = (error as Error).message;
    } finally {
      if (current()) this.busy = false;
    }
  }
}
