import type { ScoreProgress, Scores, Table } from "../../client/index.ts";
import type { DeviceState } from "./device.svelte.ts";
import type { ModelState } from "./model.svelte.ts";
import { checkTable } from "../lib/otherKind.ts";
import { BAD_ROW, toldOf, wasCancelled } from "../lib/told.ts";

/** A file's scores, and what became of its rows. */
export interface Scored extends Scores {
  name: string;
  method: string;
  device: string;
  seconds: number;
}

/** Scores a file of the user's with the model that is looked at. */
export class ScoringState {
  readonly #device: DeviceState;
  readonly #model: ModelState;
  progress = $state.raw<(ScoreProgress & { seconds: number }) | null>(null);
  result = $state.raw<Scored | null>(null);
  failure = $state<string | null>(null);
  active = $state(false);
  /** Whether rows that cannot be read get an empty score; it stays when another view is looked at. */
  skipBadRows = $state(false);
  #abort: AbortController | null = null;

  constructor(device: DeviceState, model: ModelState) {
    this.#device = device;
    this.#model = model;
  }

  async start(name: string, table: () => Promise<Table>): Promise<void> {
    const { info } = this.#model;
    if (!info) return;
    this.active = true;
    this.result = this.progress = null;
    this.failure = null;
    const abort = (this.#abort = new AbortController());
    try {
      const csv = await table();
      await checkTable(csv, name);
      const client = await this.#device.client();
      const handle = await this.#model.handle();
      const began = performance.now();
      const seconds = () => (performance.now() - began) / 1000;
      const scores = await client.score(handle, csv, {
        skipBadRows: this.skipBadRows,
        signal: abort.signal,
        onProgress: (progress) => (this.progress = { ...progress, seconds: seconds() }),
      });
      this.result = { ...scores, name, method: info.method, seconds: seconds() };
    } catch (error) {
      if (!wasCancelled(error)) this.failure = toldOf(error, name, BAD_ROW.scoring);
    } finally {
      this.active = false;
      this.progress = null;
    }
  }

  cancel(): void {
    this.#abort?.abort();
  }
}
