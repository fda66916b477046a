// `mi-dpg/score`: a model file in, probabilities out. A small wasm of its own, on the calling thread; no worker, no
// training, no fetch but that of the wasm when none is given.
import initWasm, { Batch as WasmBatch, Scorer as WasmScorer } from "../score/mi_dpg.js";
import { MidpgError, fromWire, toWire } from "./error.ts";
import { Room } from "./room.ts";
import { cells, checkCount, type IdRows, type Row } from "./rows.ts";
import { scorerWasm } from "./score-wasm.ts";

export { MidpgError } from "./error.ts";
export type { ErrorKind } from "./error.ts";
export type { IdRows, Row } from "./rows.ts";

/** What `init` takes: where the wasm is, its bytes, or a compiled module. */
export type WasmSource = URL | string | Request | Response | BufferSource | WebAssembly.Module;

export interface ScorerField {
  name: string;
  /** The column of a row that it is read from. */
  column: string;
  role: "scenario" | "agnostic";
  kind: "id" | "bag" | "dense";
  /** Every id is below it; 0 is an unknown, 1 a missing value. */
  size: number;
  /** Its columns of the network's input. */
  start: number;
  end: number;
}

/** The weighting matrices of one layer for the rows of a batch. */
export interface LayerWeighting {
  /** rows × dr × dc: the compact s. */
  s: Float32Array;
  dm: number;
  dn: number;
  dr: number;
  dc: number;
  /** S[i][j] = s[rowOf[i]][colOf[j]]. */
  rowOf: Uint32Array;
  colOf: Uint32Array;
  /** Which field each column of S belongs to; the first layer only. */
  fields?: { name: string; start: number; end: number }[];
}

interface Info {
  method: string;
  schema: unknown;
  scenarios: string[];
  columns: string[];
  fields: ScorerField[];
  layers: { dm: number; dn: number; dr: number; dc: number }[];
}

let started: Promise<void> | undefined;
let memory: WebAssembly.Memory;

const NO_OFFSETS = new Uint32Array();
const NO_NUMBERS = new Float32Array();

/**
 * Starts the wasm, once: later calls give the first one's promise. Without an argument the wasm is fetched from beside
 * this package; where there is no fetch of files (Node, edge runtimes) pass its bytes or a `WebAssembly.Module`.
 */
export default function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  started ??= start(source).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  try {
    ({ memory } = await initWasm({
      module_or_path: source === undefined ? scorerWasm() : await source,
    }));
  } catch (error) {
    throw new MidpgError("io", `the scorer's wasm did not start: ${String(error)}`);
  }
}

/** Rows that a scorer has encoded. Freed with `free()`, or by the garbage collector at some time. */
export class EncodedRows {
  #batch: WasmBatch | undefined;
  readonly rows: number;

  /** @internal */
  constructor(batch: WasmBatch) {
    this.#batch = batch;
    this.rows = batch.rows;
  }

  /** @internal */
  get inner(): WasmBatch {
    if (!this.#batch) throw new MidpgError("usage", "these rows have been freed");
    return this.#batch;
  }

  free(): void {
    this.#batch?.free();
    this.#batch = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

/** A model, compiled for scoring. */
export class Scorer {
  #scorer: WasmScorer | undefined;
  #room: Room;
  #info: Info;
  #bags: number;
  #last: LayerWeighting[] = [];

  private constructor(scorer: WasmScorer) {
    this.#scorer = scorer;
    this.#room = new Room(scorer, memory);
    this.#info = JSON.parse(scorer.info()) as Info;
    this.#bags = this.#info.fields.filter((field) => field.kind === "bag").length;
  }

  /** Reads, checks and compiles a model file; `init` must have been awaited. */
  static load(bytes: Uint8Array | ArrayBuffer): Scorer {
    const data = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    return new Scorer(
      call(() => {
        try {
          return WasmScorer.load(data);
        } catch (error) {
          if (error instanceof TypeError)
            throw new MidpgError("usage", "the scorer's wasm is not running: await init() first");
          throw error;
        }
      }),
    );
  }

  get method(): string {
    return this.#info.method;
  }

  /** The schema of the log, as in the model file. */
  get schema(): unknown {
    return this.#info.schema;
  }

  /** The scenarios the model knows. */
  get scenarios(): string[] {
    return this.#info.scenarios;
  }

  get fields(): ScorerField[] {
    return this.#info.fields;
  }

  /** The columns a row is read by. */
  get columns(): string[] {
    return this.#info.columns;
  }

  encode(rows: readonly Row[]): EncodedRows {
    return this.encodeCells(cells(this.#info.columns, rows));
  }

  /** @internal */
  encodeCells(json: string): EncodedRows {
    const scorer = this.#inner();
    return new EncodedRows(call(() => scorer.encode(json)));
  }

  /** One probability a row. */
  score(rows: EncodedRows): Float32Array {
    const scorer = this.#inner();
    return call(() => scorer.score(rows.inner));
  }

  scoreRows(rows: readonly Row[]): Float32Array {
    const encoded = this.encode(rows);
    try {
      return this.score(encoded);
    } finally {
      encoded.free();
    }
  }

  scoreIds(rows: IdRows): Float32Array {
    const scorer = this.#inner();
    checkCount(rows);
    const { ids, offsets, dense, rowCount, out } = rows;
    // A multi-valued field without rows still has its one offset.
    const starts = offsets ?? (rowCount === 0 ? new Uint32Array(this.#bags) : NO_OFFSETS);
    const numbers = dense ?? NO_NUMBERS;
    const few = this.#room.score({ ids, offsets: starts, dense: numbers, rowCount, out });
    if (few) return few;
    const scores = call(() => scorer.scoreIds(ids, starts, numbers, rowCount));
    if (!out) return scores;
    out.set(scores);
    return out.subarray(0, rowCount);
  }

  /** The weighting matrices of every modulated layer; none for methods without. */
  weighting(rows: EncodedRows): LayerWeighting[] {
    const scorer = this.#inner();
    const layers = call(() => scorer.weighting(rows.inner));
    this.#last = this.#info.layers.map((layer, l) => ({
      s: layers[l] ?? new Float32Array(),
      ...layer,
      rowOf: blocks(layer.dm, layer.dr),
      colOf: blocks(layer.dn, layer.dc),
      ...(l === 0 && {
        fields: this.#info.fields.map(({ name, start, end }) => ({ name, start, end })),
      }),
    }));
    return this.#last;
  }

  /** The full S of row `row` in layer `layer` (from 0) of the last `weighting`, dm × dn. */
  expand(layer: number, row: number): Float32Array {
    this.#inner();
    const weighting = this.#last[layer];
    const size = weighting ? weighting.dr * weighting.dc : 0;
    if (!weighting || !Number.isInteger(row) || row < 0 || (row + 1) * size > weighting.s.length)
      throw new MidpgError(
        "usage",
        `there is no row ${row} of layer ${layer}: call weighting first`,
      );
    const { s, dm, dn, dc, rowOf, colOf } = weighting;
    const full = new Float32Array(dm * dn);
    for (let i = 0; i < dm; i++) {
      const from = row * size + rowOf[i]! * dc;
      for (let j = 0; j < dn; j++) full[i * dn + j] = s[from + colOf[j]!]!;
    }
    return full;
  }

  /** Gives the memory back; calling it again does nothing, calling anything else is a `usage` error. */
  free(): void {
    this.#scorer?.free();
    this.#scorer = undefined;
    this.#last = [];
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #inner(): WasmScorer {
    if (!this.#scorer) throw new MidpgError("usage", "the scorer has been freed");
    return this.#scorer;
  }
}

/** What the wasm throws becomes a `MidpgError`. */
function call<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof MidpgError ? error : fromWire(toWire(error));
  }
}

/** The block of every place: ⌊i·count/places⌋. */
function blocks(places: number, count: number): Uint32Array {
  return Uint32Array.from({ length: places }, (_, i) => Math.floor((i * count) / places));
}
