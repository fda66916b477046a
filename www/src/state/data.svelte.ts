import type { DatasetInfo } from "../../client/index.ts";
import type { DeviceState } from "./device.svelte.ts";

export interface Sample {
  preset: string;
  file: string;
  bytes: number;
}

/** The table that is learned from: a sample of ours or a file of the user's, with its schema. */
export class DataState {
  readonly #device: DeviceState;
  samples = $state.raw<Sample[]>([]);
  /** The sample that is chosen, or null for the user's own file. */
  sample = $state<string | null>(null);
  name = $state("");
  csv = $state.raw<Uint8Array | null>(null);
  /** The schema as the user sees and may edit it. */
  schema = $state("");
  info = $state.raw<DatasetInfo | null>(null);
  busy = $state(false);
  failure = $state<string | null>(null);
  #turn = 0;

  constructor(device: DeviceState) {
    this.#device = device;
  }

  /** Finds out which samples the site carries. */
  async list(): Promise<void> {
    await this.#attempt(async () => {
      this.samples = (await (await get("samples/index.json")).json()) as Sample[];
      if (this.samples.length === 0)
        throw new Error("the site carries no samples; open a CSV file");
    });
  }

  async pickSample(preset: string): Promise<void> {
    const sample = this.samples.find((s) => s.preset === preset) ?? this.samples[0];
    if (!sample) return;
    this.sample = sample.preset;
    await this.#attempt(async (current) => {
      const response = await get(`samples/${sample.file}`);
      const csv = new Uint8Array(await response.arrayBuffer());
      const client = await this.#device.client();
      const schema = await client.schemaToml(sample.preset);
      if (current()) await this.#read(csv, sample.file, schema, current);
    });
  }

  async openFile(file: File): Promise<void> {
    this.sample = null;
    await this.#attempt(async (current) => {
      const csv = new Uint8Array(await file.arrayBuffer());
      this.csv = csv;
      this.name = file.name;
      this.info = null;
      this.schema = "";
      const client = await this.#device.client();
      const schema = await client.guessSchema(csv);
      if (current()) await this.#read(csv, file.name, schema, current);
    });
  }

  /** Reads the same file again, with the schema as it was edited. */
  async useSchema(schema: string): Promise<void> {
    const { csv, name } = this;
    if (csv) await this.#attempt((current) => this.#read(csv, name, schema, current));
  }

  async #read(csv: Uint8Array, name: string, schema: string, current: () => boolean) {
    this.csv = csv;
    this.name = name;
    this.schema = schema;
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

async function get(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path} cannot be fetched (status ${response.status})`);
  return response;
}
