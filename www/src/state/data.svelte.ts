import type { DatasetInfo, Table } from "../../client/index.ts";
import { checkTable } from "../lib/otherKind.ts";
import { get, revive, type Sample, type Showcase } from "../lib/showcase.ts";
import { BAD_ROW, isBadRow, toldOf } from "../lib/told.ts";
import type { DeviceState } from "./device.svelte.ts";

/** A log as something was made of it: what is opened later does not change it. */
export interface Source {
  name: string;
  /** The sample that it is; null for a file of the user's own. */
  sample: string | null;
  schema: string;
  table: () => Promise<Table>;
  /** Whether rows that cannot be read are left out. */
  skipBadRows: boolean;
  /** What is in it; null where it was not read yet. */
  info: DatasetInfo | null;
}

const nothing = async (): Promise<Table> => {
  throw new Error("there is no data yet: choose a sample or open a CSV file");
};

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
  /** No schema helps: the file itself is at fault. */
  unreadable = $state(false);
  /** Whether rows that cannot be read are left out. */
  skipBadRows = $state(false);
  /** The table has, or had, a row that cannot be read. */
  badRows = $state(false);
  info = $state.raw<DatasetInfo | null>(null);
  busy = $state(false);
  failure = $state<string | null>(null);
  #table = $state.raw<() => Promise<Table>>(nothing);
  /** The samples' tables: a sample that is chosen again is the same log. */
  readonly #tables = new Map<string, () => Promise<Table>>();
  #turn = 0;

  constructor(device: DeviceState) {
    this.#device = device;
  }

  /** Whether a table is chosen, fetched or not. */
  get chosen(): boolean {
    return this.#table !== nothing;
  }

  /** What is chosen now. */
  get source(): Source {
    const { name, sample, schema, skipBadRows, info } = this;
    return { name, sample, schema, skipBadRows, table: this.#table, info };
  }

  /** The table: the user's file as it is, a sample's bytes, which are fetched when they are first wanted. */
  table(): Promise<Table> {
    return this.#table();
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
    this.#take(sample.file, sample.bytes, this.#tableOf(sample.file));
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
        await this.#read(schema, current);
      }
    });
    return showcase;
  }

  async openFile(file: File): Promise<void> {
    this.sample = null;
    this.#take(file.name, file.size, async () => file);
    await this.#attempt((current) => this.#guess(current));
  }

  /** Reads the same file again, with the schema as it was edited. */
  async useSchema(schema: string): Promise<void> {
    if (!this.chosen) return;
    await this.#attempt((current) => this.#read(schema, current));
  }

  /** Reads again what could not be read: with the schema that was asked for or, where there was none, a new guess. */
  async readAgain(): Promise<void> {
    if (this.schema !== "" && !this.template) return this.useSchema(this.schema);
    await this.#attempt((current) => this.#guess(current));
  }

  /** Reads the same file again, with rows that cannot be read left out or not. */
  async leaveOutBadRows(skip: boolean): Promise<void> {
    this.skipBadRows = skip;
    await this.readAgain();
  }

  #take(name: string, size: number, table: () => Promise<Table>): void {
    this.name = name;
    this.size = size;
    this.#table = table;
    this.info = null;
    this.schema = "";
    this.template = false;
    this.unreadable = false;
    this.skipBadRows = false;
    this.badRows = false;
  }

  #tableOf(sample: string): () => Promise<Table> {
    const known = this.#tables.get(sample);
    if (known) return known;
    let bytes: Uint8Array | null = null;
    const table = async () =>
      (bytes ??= new Uint8Array(await (await get(`samples/${sample}`)).arrayBuffer()));
    this.#tables.set(sample, table);
    return table;
  }

  async #guess(current: () => boolean): Promise<void> {
    const table = this.#table;
    const csv = await table();
    await checkTable(csv, this.name).catch((error) => {
      if (current()) this.unreadable = true;
      throw error;
    });
    const client = await this.#device.client();
    const schema = await client.guessSchema(csv).catch(async (error) => {
      const preset = await client.schemaToml("ads");
      if (current()) {
        [this.schema, this.template] = [preset, true];
        this.unreadable = (error as { kind?: string }).kind === "data";
      }
      throw error;
    });
    await this.#read(schema, current);
  }

  async #read(schema: string, current: () => boolean): Promise<void> {
    if (!current()) return;
    this.schema = schema;
    this.template = this.unreadable = false;
    this.info = null;
    const table = this.#table;
    const client = await this.#device.client();
    const info = await client.describe(await table(), schema, 1, {
      skipBadRows: this.skipBadRows,
    });
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
      if (!current()) return;
      this.failure = toldOf(error, this.name, BAD_ROW.reading);
      this.badRows ||= isBadRow(error);
    } finally {
      if (current()) this.busy = false;
    }
  }
}
