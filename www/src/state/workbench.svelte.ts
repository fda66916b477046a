import type { DeviceChoice } from "../../client/index.ts";
import { absentNotice } from "../lib/absent.ts";
import { DEFAULTS, readOptions, trainConfig, withConfig } from "../lib/options.ts";
import { ownNotice } from "../lib/own.ts";
import { readPlace, writeLink, type Own } from "../lib/place.ts";
import { ComparisonState } from "./comparison.svelte.ts";
import { CrossoverState } from "./crossover.svelte.ts";
import { DataState } from "./data.svelte.ts";
import { DeviceState } from "./device.svelte.ts";
import { DiversityState } from "./diversity.svelte.ts";
import { Found } from "./found.svelte.ts";
import { ImpressionState } from "./impression.svelte.ts";
import { LookState } from "./look.svelte.ts";
import { ModelState } from "./model.svelte.ts";
import { ScorerState } from "./scorer.svelte.ts";
import { ScoringState } from "./scoring.svelte.ts";
import { TrainingState } from "./training.svelte.ts";

/** What rows of a scenario that is not known, or of none, go under. */
const NO_SCENARIO = ["(unknown)", "(missing)"];

/** The whole page's state: settings, device, data, the runs, the model and what is looked at. */
export class Workbench {
  options = $state(readOptions(location.search));
  readonly look = new LookState(location.search);
  readonly device = new DeviceState();
  readonly data = new DataState(this.device);
  readonly crossover = new CrossoverState(this.data);
  readonly training = new TrainingState(this.device);
  readonly model = new ModelState(this.device, this.data);
  readonly scorer = new ScorerState();
  readonly impressions = new Found(this.model, () => this.model.impressions());
  readonly impression = new ImpressionState(
    location.search,
    this.model,
    this.look,
    this.impressions,
  );
  readonly diversity = new DiversityState(this.device, this.model);
  readonly comparison = new ComparisonState(this.device, this.data);
  readonly scoring = new ScoringState(this.device, this.model);
  /** What a link asked for that cannot be had. */
  notice = $state<string | null>(null);
  /** Whether the reader has gone on with something else than what the link asked for. */
  #left = $state(false);
  /** A model that the link asks to be trained, until it is or the reader goes on with something else. */
  #promised = $state(false);
  /** The scenarios that the link of this page names. */
  readonly #linked: ReadonlySet<string | null>;
  /** The sample that it names. */
  readonly #asked = new URLSearchParams(location.search).get("sample") || null;
  /** Whether it was made with data or a model that it does not carry: what it names is not expected here. */
  readonly #foreign: boolean;
  /** The schema that came with the sample. */
  #schema: string | null = null;
  /** What of the user's own the model was trained with. */
  #made = $state.raw<readonly Own[]>([]);

  constructor() {
    const { scenario, other, own } = readPlace(location.search);
    this.#linked = new Set([scenario, other]);
    this.#foreign = own.includes("data") || own.includes("model");
  }

  /** Everything that uses the worker for long. */
  get busy(): boolean {
    return (
      this.training.active ||
      this.crossover.active ||
      this.comparison.active ||
      this.diversity.active ||
      this.scoring.active
    );
  }

  /**
   * Whether another device would cut something off. Until one is open nothing has begun, and what waits for it goes on
   * with the one that is chosen then.
   */
  get holdsDevice(): boolean {
    const { data, model, impressions, diversity } = this;
    const working = data.busy || model.busy || impressions.busy || diversity.busy;
    return this.busy || (working && this.device.info !== null);
  }

  async begin(): Promise<void> {
    const place = readPlace(location.search);
    this.device.wish = this.options.device;
    this.notice = ownNotice(place.own);
    // Edited fields are no part of what is trained.
    this.#promised = place.trained && place.own.every((own) => own === "cells");
    await this.data.list();
    // Whoever was quicker with a file of their own keeps it.
    if (this.data.name === "") await this.#showSample(this.options.sample);
    if (this.#promised && this.data.info) {
      await this.train();
      this.#promised = false;
    }
    // A device that was asked for is opened at once, so that its absence is seen before it is needed.
    if (this.options.device !== "auto") await this.device.client().catch(() => undefined);
  }

  async pickSample(preset: string): Promise<void> {
    this.#leaveLink();
    await this.#showSample(preset);
  }

  async openFile(file: File): Promise<void> {
    this.#leaveLink();
    await this.data.openFile(file);
  }

  async openModel(file: File): Promise<void> {
    this.#leaveLink();
    await this.model.open(file);
  }

  /** What the link asked for is no longer what the reader looks at. */
  #leaveLink(): void {
    this.notice = null;
    this.#left = true;
    this.#promised = false;
  }

  async #showSample(preset: string): Promise<void> {
    this.options.sample = preset;
    this.#schema = null;
    const coming = this.data.pickSample(preset).then((showcase) => {
      if (this.data.sample === preset && this.data.info) this.#schema = this.data.schema;
      return showcase;
    });
    await this.model.show(this.data.sample ?? preset, coming);
  }

  async train(): Promise<void> {
    const config = trainConfig($state.snapshot(this.options));
    const { source } = this.data;
    const own = this.#ownTable();
    const done = await this.training.start(source, config);
    if (!done) return;
    const best = this.training.epochs.findLast((epoch) => epoch.best);
    await this.model.adopt(done, config, source, best?.mutualInformation ?? null);
    if (this.model.info === done.model.info) this.#made = own;
  }

  #ownTable(): Own[] {
    const { data } = this;
    if (data.sample === null) return data.chosen ? ["data"] : [];
    return data.schema === this.#schema ? [] : ["schema"];
  }

  /** What was measured decides what "auto" takes from now on. */
  async measureCrossover(): Promise<void> {
    await this.crossover.measure(trainConfig($state.snapshot(this.options)));
    const { result } = this.crossover;
    // One device alone was not the faster one.
    if (result?.unavailable !== null) return;
    await this.device.prefer(result.fastest, result.batch).catch(() => undefined);
  }

  async chooseDevice(wish: DeviceChoice): Promise<void> {
    this.options.device = wish;
    this.training.cancel();
    const { data } = this;
    // What waits for a device goes on by itself with the next; what is read on one goes down with it.
    const waits = data.busy && this.device.info === null;
    await this.device.choose(wish).catch(() => undefined);
    if (!data.chosen || data.info || waits) return;
    if (data.sample !== null && data.schema === "") await this.pickSample(data.sample);
    else await data.readAgain();
  }

  /** What the link names and is not here, in words; null where all is. */
  get absent(): string | null {
    if (this.#left || this.#foreign) return null;
    const { look, model, impressions, scorer, data } = this;
    const sample = data.sample === null || data.sample === this.#asked ? null : this.#asked;
    if (look.view === "scenarios") {
      const here = model.explanation?.scenarios.map(({ name }) => name);
      const asked = [look.scenario, look.look === "two" ? look.other : null];
      const scenarios = asked.filter((name) => this.#isAbsent(name, here));
      return absentNotice({ sample, scenarios, line: null });
    }
    if (look.view !== "impression") return absentNotice({ sample, scenarios: [], line: null });
    const rows = impressions.value?.map(({ scenario }) => scenario);
    const picked = [look.scenario].filter((name) => this.#isAbsent(name, rows));
    const shown = [look.other].filter((name) => this.#isAbsent(name, scorer.info?.scenarios));
    const { absent: line } = this.impression;
    return absentNotice({ sample, scenarios: [...picked, ...shown], line });
  }

  /** Whether the link named a scenario that is not among those that are here, once these are known. */
  #isAbsent(name: string | null, here: readonly string[] | undefined): name is string {
    return name !== null && this.#linked.has(name) && here !== undefined && !here.includes(name);
  }

  /** The link to what is seen now: a model is trained again with its own settings, not with those changed since. */
  get link(): string {
    const trained = this.model.origin === "trained" && this.model.apart === null;
    const { config } = this.model;
    const current = $state.snapshot(this.options);
    const options = trained && config ? withConfig(current, config) : current;
    const { row, cells, kept } = this.impression.place;
    const rest = {
      row,
      cells,
      trained: trained || this.#promised,
      own: kept && this.look.view === "impression" ? [...this.#own, "cells" as const] : this.#own,
    };
    const place = this.look.place(rest, (name) => this.#isCommon(name));
    return writeLink({ ...options }, { ...DEFAULTS }, place);
  }

  /** Whether a scenario's name is no word of the user's own: one of a sample's, or one that a link brought. */
  #isCommon(name: string): boolean {
    if (this.#linked.has(name)) return true;
    const { source, info, origin } = this.model;
    if (source === null || source.sample === null) return false;
    // A model file may have learned from anything.
    const learned = origin === "file" ? null : info?.scenarios;
    return [source.info?.scenarios, learned, NO_SCENARIO].some((names) => names?.includes(name));
  }

  /** What is seen now and no link carries. */
  get #own(): Own[] {
    const { data, model } = this;
    const own = new Set<Own>(model.origin === "trained" ? this.#made : []);
    if (data.sample === null && data.chosen) own.add("data");
    if (model.origin === "file") own.add("model");
    return [...own];
  }
}
