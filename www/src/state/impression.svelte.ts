import type { Impression } from "../../client/index.ts";
import { fitCells, type Cells } from "../lib/edits.ts";
import { readOptions } from "../lib/options.ts";
import { readPlace } from "../lib/place.ts";
import type { Source } from "./data.svelte.ts";
import type { Found } from "./found.svelte.ts";
import type { LookState } from "./look.svelte.ts";
import type { ModelState } from "./model.svelte.ts";

/** A row that the reader or a link picked, and what was changed of it. */
interface Pick {
  line: number;
  /** The scenario that was looked at: with another one its first impression is meant. */
  scenario: string | null;
  edits: Cells;
  /** Whether it is of this log. */
  of: (source: Source) => boolean;
  /** A link says it: nobody's rows are in it. */
  linked: boolean;
}

/** What a link says of the impression. */
export interface ImpressionPlace {
  row: number | null;
  cells: Cells;
  /** There are edits that a link must not or cannot carry. */
  kept: boolean;
}

const NOWHERE: ImpressionPlace = { row: null, cells: {}, kept: false };

/** The impression that is looked at, and its cells, which may be edited. */
export class ImpressionState {
  readonly #model: ModelState;
  readonly #look: LookState;
  readonly #found: Found<Impression[]>;
  #pick = $state.raw<Pick | null>(null);

  constructor(search: string, model: ModelState, look: LookState, found: Found<Impression[]>) {
    this.#model = model;
    this.#look = look;
    this.#found = found;
    const { row, cells, own } = readPlace(search);
    if (row === null) return;
    // The line of a file that is not here yet means nothing in the sample that is shown meanwhile.
    const sample = own.includes("data") ? null : readOptions(search).sample;
    const of = (source: Source) => source.sample === sample;
    this.#pick = { line: row, scenario: look.scenario, edits: cells, of, linked: true };
  }

  get all(): readonly Impression[] {
    return this.#found.value ?? [];
  }

  /** The one that was picked; without any, the first of the scenario that is looked at. */
  get current(): Impression | undefined {
    const line = this.#held?.line;
    const { scenario } = this.#look;
    return (
      this.all.find((one) => one.line === line) ??
      this.all.find((one) => one.scenario === scenario) ??
      this.all[0]
    );
  }

  /** The line that a link asked for where it is not among the impressions. */
  get absent(): number | null {
    const held = this.#held;
    if (held === null || !held.linked || this.current === undefined) return null;
    return this.current.line === held.line ? null : held.line;
  }

  /** What was changed of its cells. */
  get edits(): Cells {
    const { current } = this;
    const held = this.#held;
    if (!current || held?.line !== current.line) return {};
    const known = Object.entries(held.edits).filter(([column]) =>
      Object.hasOwn(current.cells, column),
    );
    return Object.fromEntries(known);
  }

  get cells(): Record<string, string | null> {
    return { ...this.current?.cells, ...this.edits };
  }

  /** To the impressions beside it. */
  step(by: number): void {
    const { all, current } = this;
    if (!current) return;
    this.#take(all[(all.indexOf(current) + by + all.length) % all.length].line, {});
  }

  edit(column: string, value: string | null): void {
    const { current, edits } = this;
    if (!current) return;
    const { [column]: _, ...others } = edits;
    const same = value === current.cells[column];
    this.#take(current.line, same ? others : { ...others, [column]: value });
  }

  /** As it is in the data again. */
  reset(): void {
    if (this.current) this.#take(this.current.line, {});
  }

  /**
   * What a link carries: of a log of the user's own the number of the row alone. Cells that stand in its rows, and what
   * is made of them, stay here.
   */
  get place(): ImpressionPlace {
    const held = this.#held;
    const { source } = this.#model;
    if (held === null || this.#model.apart !== null) return NOWHERE;
    const here = this.#found.value !== null;
    if (here && this.current?.line !== held.line) return NOWHERE;
    const edits = here ? this.edits : held.edits;
    // What a link asked for stays in it until it is here.
    const common = source === null ? held.linked : source.sample !== null;
    const carried = common && fitCells(edits);
    const kept = !carried && Object.keys(edits).length > 0;
    return { row: held.line, cells: carried ? edits : {}, kept };
  }

  /** What was picked, if it is of the log and the scenario that are looked at. */
  get #held(): Pick | null {
    const pick = this.#pick;
    const { source } = this.#model;
    if (pick === null || pick.scenario !== this.#look.scenario) return null;
    return source === null || pick.of(source) ? pick : null;
  }

  #take(line: number, edits: Cells): void {
    const { scenario } = this.#look;
    const table = this.#model.source?.table;
    this.#pick = { line, scenario, edits, of: (source) => source.table === table, linked: false };
  }
}
