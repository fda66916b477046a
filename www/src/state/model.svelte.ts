import type {
  Client,
  Explanation,
  Impression,
  ModelHandle,
  ModelInfo,
  MutualInformation,
  Report,
  Table,
  TrainConfig,
} from "../../client/index.ts";
import { get, type Showcase, type ShowcaseMore } from "../lib/showcase.ts";
import type { DataState } from "./data.svelte.ts";
import type { DeviceState } from "./device.svelte.ts";

/** Rows of each scenario that can be looked at singly. */
const IMPRESSIONS = 6;

/** Where the model comes from. */
export type Origin = "sample" | "trained" | "file";

/** The model that is looked at, and what it explains. */
export class ModelState {
  readonly #device: DeviceState;
  readonly #data: DataState;
  origin = $state<Origin>("sample");
  info = $state.raw<ModelInfo | null>(null);
  report = $state.raw<Report | null>(null);
  /** What the report was measured on. */
  measured = $state("");
  explanation = $state.raw<Explanation | null>(null);
  /** What it was trained with, where that is known. */
  config = $state.raw<TrainConfig | null>(null);
  /** Of the training's best epoch, where it was trained here. */
  mutualInformation = $state.raw<MutualInformation | null>(null);
  impressions = $state.raw<Impression[] | null>(null);
  /** Of a sample's own model: what the other views show. */
  more = $state.raw<ShowcaseMore | null>(null);
  busy = $state(false);
  failure = $state<string | null>(null);
  /** Bytes of the model file, where they are here. */
  size = $state<number | null>(null);
  #preset = "";
  #file: Uint8Array | null = null;
  #handle: ModelHandle | null = null;
  #client: Client | null = null;

  constructor(device: DeviceState, data: DataState) {
    this.#device = device;
    this.#data = data;
  }

  /** Weight of the mutual-information term; null for methods without it. */
  get lambda(): number | null {
    return lambdaOf(this.info);
  }

  /** Shows a sample's own model, of which there is no more than its pictures yet. */
  show(preset: string, showcase: Showcase): void {
    this.#drop();
    this.#preset = preset;
    this.origin = "sample";
    this.failure = null;
    this.info = showcase.info;
    this.report = showcase.report;
    this.measured = "test part; trained when this site was built";
    this.explanation = showcase.explanation;
    this.config = showcase.config;
  }

  /** Takes over the model of a finished run and explains it on the rows it was trained from. */
  async adopt(
    handle: ModelHandle,
    config: TrainConfig,
    report: Report | null,
    csv: Table,
    mutualInformation: MutualInformation | null,
  ): Promise<void> {
    await this.#attempt(async () => {
      const client = await this.#device.client();
      const file = await client.save(handle);
      const explanation = handle.info.weighted ? await client.explain(handle, csv) : null;
      this.#take(client, handle, file, "trained");
      this.config = config;
      this.report = report;
      this.measured = "test part, after training";
      this.explanation = explanation;
      this.mutualInformation = mutualInformation;
    });
  }

  /** Opens a model file; with data at hand it is evaluated and explained on it. */
  async open(file: File): Promise<void> {
    await this.#attempt(async () => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const client = await this.#device.client();
      const handle = await client.load(bytes);
      this.#take(client, handle, bytes, "file");
      this.report = null;
      this.explanation = null;
      if (!this.#data.chosen) return;
      const csv = await this.#data.table();
      this.report = await client.evaluate(handle, csv);
      this.measured = file.name;
      this.explanation = handle.info.weighted ? await client.explain(handle, csv) : null;
    });
  }

  /** The bytes of the model file; a sample's are fetched when they are first wanted. */
  async file(): Promise<Uint8Array> {
    if (this.#file) return this.#file;
    const info = this.info;
    const bytes = new Uint8Array(
      await (await get(`samples/${this.#preset}.safetensors`)).arrayBuffer(),
    );
    if (this.info === info) {
      this.#file = bytes;
      this.size = bytes.length;
    }
    return bytes;
  }

  /** The model in the worker that trains; a sample's is loaded when it is first wanted. */
  async handle(): Promise<ModelHandle> {
    const client = await this.#device.client();
    if (this.#handle && this.#client === client) return this.#handle;
    this.#handle = await client.load(await this.file());
    this.#client = client;
    return this.#handle;
  }

  /** Finds single impressions to look at, once. */
  async findImpressions(): Promise<void> {
    const { info } = this;
    if (this.impressions || !info) return;
    await this.#attempt(async () => {
      const found =
        this.origin === "sample"
          ? (await this.findMore()).impressions
          : await this.#readImpressions();
      if (this.info === info) this.impressions = found;
    });
  }

  /** What the site holds for the other views of a sample's own model. */
  async findMore(): Promise<ShowcaseMore> {
    const preset = this.#preset;
    if (this.more) return this.more;
    const more = (await (await get(`samples/${preset}.more.json`)).json()) as ShowcaseMore;
    if (this.origin === "sample" && this.#preset === preset) this.more = more;
    return more;
  }

  async #readImpressions(): Promise<Impression[]> {
    const client = await this.#device.client();
    return client.impressions(await this.handle(), await this.#data.table(), IMPRESSIONS);
  }

  #take(client: Client, handle: ModelHandle, file: Uint8Array, origin: Origin): void {
    this.#drop();
    this.#client = client;
    this.#handle = handle;
    this.#file = file;
    this.size = file.length;
    this.info = handle.info;
    this.origin = origin;
  }

  /** Gives the model before back. */
  #drop(): void {
    this.#handle?.free();
    this.#handle = this.#client = this.#file = null;
    this.size = null;
    this.impressions = null;
    this.more = null;
    this.mutualInformation = null;
    this.config = null;
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

/** From the configuration in the model file. */
function lambdaOf(info: ModelInfo | null): number | null {
  const { method } = (info?.config ?? {}) as { method?: unknown };
  const mi = (method as { mutual_information?: { lambda?: number } } | undefined)
    ?.mutual_information;
  return mi?.lambda ?? (info?.method === "dpg" ? 0 : null);
}
