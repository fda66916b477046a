import type {
  Client,
  DoneEvent,
  Explanation,
  Impression,
  ModelHandle,
  ModelInfo,
  MutualInformation,
  Report,
  Table,
  TrainConfig,
} from "../../client/index.ts";
import { measure, measuredAfterTraining } from "../lib/measure.ts";
import { get, type Showcase, type ShowcaseMore } from "../lib/showcase.ts";
import { failureOf } from "../lib/told.ts";
import type { DataState, Source } from "./data.svelte.ts";
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
  /** The data it was trained on or, where it was opened from a file, is looked at on. */
  source = $state.raw<Source | null>(null);
  /** The name of the file it was opened from. */
  fileName = $state<string | null>(null);
  report = $state.raw<Report | null>(null);
  /** What the report was measured on. */
  measured = $state("");
  explanation = $state.raw<Explanation | null>(null);
  /** What it was trained with, where that is known. */
  config = $state.raw<TrainConfig | null>(null);
  /** Of the training's best epoch, where it was trained here. */
  mutualInformation = $state.raw<MutualInformation | null>(null);
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
  /** Models that were asked for so far, and which of them is shown: one that was asked for earlier comes too late. */
  #asked = 0;
  #shown = 0;
  /** Work under way. */
  #works = 0;

  constructor(device: DeviceState, data: DataState) {
    this.#device = device;
    this.#data = data;
  }

  /** Weight of the mutual-information term; null for methods without it. */
  get lambda(): number | null {
    return lambdaOf(this.info);
  }

  /** Why what is shown is not of the data that is open now; null where it is. */
  get apart(): string | null {
    const { source } = this;
    const now = this.#data.source;
    if (source === null || !this.#data.chosen) return null;
    if (source.table !== now.table) return `${now.name} has been opened since`;
    return source.schema === now.schema ? null : "the schema has been changed since";
  }

  /** Shows a sample's own model once it has come; there is no more of it than its pictures yet. */
  async show(preset: string, coming: Promise<Showcase | null>): Promise<void> {
    const turn = ++this.#asked;
    const showcase = await coming;
    if (showcase === null || turn < this.#shown) return;
    const { source } = this.#data;
    this.#drop();
    this.#shown = turn;
    this.#preset = preset;
    this.origin = "sample";
    this.info = showcase.info;
    this.source = source;
    this.report = showcase.report;
    this.measured = `${measuredAfterTraining(showcase.data.parts)} of ${source.name}, trained when this site was built`;
    this.explanation = showcase.explanation;
    this.config = showcase.config;
  }

  /** Takes over the model of a finished run and explains it on the data it was trained on. */
  async adopt(
    { model: handle, report }: DoneEvent,
    config: TrainConfig,
    source: Source,
    mutualInformation: MutualInformation | null,
  ): Promise<void> {
    await this.#bring(async (turn) => {
      if (!(await this.#take(turn, this.#device.client(), handle, "trained", source))) return;
      this.config = config;
      this.report = report;
      this.measured = `${measuredAfterTraining(source.info?.parts)} of ${source.name}, after training`;
      this.mutualInformation = mutualInformation;
      await this.explain();
    });
  }

  /** Opens a model file; with data at hand it is explained and measured on it. */
  async open(file: File): Promise<void> {
    await this.#bring(async (turn) => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const client = await this.#device.client();
      const handle = await client.load(bytes);
      const source = this.#data.chosen ? this.#data.source : null;
      if (!(await this.#take(turn, client, handle, "file", source))) return;
      this.fileName = file.name;
      if (source === null) return;
      await this.explain();
      if (turn === this.#shown) await this.#measure(source);
    });
  }

  /** Computes the matrices on the model's data. */
  async explain(): Promise<void> {
    const { info } = this;
    if (!info?.weighted) return;
    const current = () => this.info === info;
    await this.#attempt(current, async () => {
      const client = await this.#device.client();
      const explanation = await client.explain(await this.handle(), await this.table(), {
        skipBadRows: this.skipBadRows,
      });
      if (current()) this.explanation = explanation;
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

  /** The model in the worker that trains; it is loaded when it is first wanted there. */
  async handle(): Promise<ModelHandle> {
    const { info } = this;
    const client = await this.#device.client();
    if (this.info === info && !(this.#handle && this.#client === client)) {
      const handle = await client.load(await this.file());
      // Another model is shown now, or another caller was quicker.
      if (this.info !== info || this.#client === client) {
        handle.free();
      } else {
        this.#handle?.free();
        this.#handle = handle;
        this.#client = client;
      }
    }
    if (this.info !== info || !this.#handle) throw new Error("another model is looked at now");
    return this.#handle;
  }

  /** Whether rows of the model's data that cannot be read are left out. */
  get skipBadRows(): boolean {
    return (this.source ?? this.#data.source).skipBadRows;
  }

  /** The rows of the model's data; one that was opened before there was any takes what is chosen now. */
  table(): Promise<Table> {
    if (this.source === null && this.#data.chosen) this.source = this.#data.source;
    return (this.source ?? this.#data.source).table();
  }

  /** Single rows of the model's data. */
  async impressions(): Promise<Impression[]> {
    if (this.origin === "sample") return (await this.findMore()).impressions;
    const client = await this.#device.client();
    return client.impressions(await this.handle(), await this.table(), IMPRESSIONS);
  }

  /** What the site holds for the other views of a sample's own model. */
  async findMore(): Promise<ShowcaseMore> {
    const preset = this.#preset;
    if (this.more) return this.more;
    const more = (await (await get(`samples/${preset}.more.json`)).json()) as ShowcaseMore;
    if (this.origin === "sample" && this.#preset === preset) this.more = more;
    return more;
  }

  async #measure(source: Source): Promise<void> {
    const { info } = this;
    const current = () => this.info === info;
    await this.#attempt(current, async () => {
      const client = await this.#device.client();
      const { report, part } = await measure(
        client,
        await this.handle(),
        await source.table(),
        source,
      );
      if (!current()) return;
      this.report = report;
      this.measured = `${part} of ${source.name}`;
    });
  }

  /** Takes a model over, unless one that was asked for later is shown already; what is not taken is given back. */
  async #take(
    turn: number,
    client: Client | Promise<Client>,
    handle: ModelHandle,
    origin: Origin,
    source: Source | null,
  ): Promise<boolean> {
    let taken = false;
    try {
      const owner = await client;
      const file = await owner.save(handle);
      if (turn < this.#shown) return false;
      this.#drop();
      this.#shown = turn;
      this.#client = owner;
      this.#handle = handle;
      this.#file = file;
      this.size = file.length;
      this.info = handle.info;
      this.origin = origin;
      this.source = source;
      return (taken = true);
    } finally {
      if (!taken) handle.free();
    }
  }

  /** Gives the model before back, and forgets what was known of it. */
  #drop(): void {
    this.#handle?.free();
    this.#handle = this.#client = this.#file = null;
    this.failure = null;
    this.size = null;
    this.fileName = null;
    this.report = null;
    this.measured = "";
    this.explanation = null;
    this.more = null;
    this.mutualInformation = null;
    this.config = null;
  }

  /** Brings a model here; what fails is told unless one that was asked for later is shown. */
  async #bring(work: (turn: number) => Promise<void>): Promise<void> {
    const turn = ++this.#asked;
    await this.#attempt(
      () => turn >= this.#shown,
      () => work(turn),
    );
  }

  async #attempt(current: () => boolean, work: () => Promise<void>): Promise<void> {
    if (this.#works === 0) this.failure = null;
    this.#works += 1;
    this.busy = true;
    try {
      await work();
    } catch (error) {
      if (current()) this.failure = failureOf(error, this.source?.name);
    } finally {
      this.#works -= 1;
      this.busy = this.#works > 0;
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
