// `mi-dpg/score/pool`: many rows on all cores of a browser. Each worker has a scorer of its own; the wasm is compiled once.
import { MidpgError } from "./error.ts";
import { Member } from "./pool-member.ts";
import type { PoolWorkerLike, ScorerInfo, Task } from "./pool-protocol.ts";
import { cells, checkCount, pieces, type IdRows, type IdShape, type Row } from "./rows.ts";
import { scorerWasm } from "./score-wasm.ts";
import type { WasmSource } from "./score.ts";

export { MidpgError } from "./error.ts";
export type { ErrorKind } from "./error.ts";
export type { PoolWorkerLike, ScorerInfo } from "./pool-protocol.ts";
export type { IdRows, Row } from "./rows.ts";
export type { ScorerField, WasmSource } from "./score.ts";

export interface PoolOptions {
  /** The model file. */
  model: Uint8Array | ArrayBuffer;
  /** Workers; by default as many as there are cores, at most eight. */
  size?: number;
  /** The scorer's wasm, compiled or not; by default it is fetched from beside this package. */
  module?: WasmSource | Promise<WasmSource>;
  /** Rows of one message to a worker; 1024 by default. */
  chunk?: number;
  /** Makes a worker; for bundlers that must see the worker's file themselves, and for tests. */
  spawn?: () => PoolWorkerLike;
}

/** Messages that a worker has at once: the next one is there when it is done with one. */
const AHEAD = 2;

/** One message to some worker. */
interface Chunk {
  make: () => Task;
  done: (scores: Float32Array) => void;
  failed: (error: MidpgError) => void;
}

/** Starts the workers. A model file that is none, or wasm that does not start, rejects, and leaves no worker behind. */
export async function createScorerPool(options: PoolOptions): Promise<ScorerPool> {
  const size = options.size ?? Math.min(globalThis.navigator?.hardwareConcurrency || 2, 8);
  const chunk = options.chunk ?? 1024;
  for (const [name, value] of Object.entries({ size, chunk }))
    if (!Number.isInteger(value) || value < 1)
      throw new MidpgError("usage", `${name} is ${value}; it must be a whole number from 1 on`);
  // The caller may reuse its buffer; workers that take a crashed one's place need the bytes too.
  const model = new Uint8Array(options.model).slice();
  const module = await compile(options.module);
  const pool = new ScorerPool(options.spawn ?? spawnWorker, module, model, size, chunk);
  await pool.start();
  return pool;
}

function spawnWorker(): PoolWorkerLike {
  if (typeof Worker === "undefined")
    throw new MidpgError("usage", "there are no workers here: use mi-dpg/score on this thread");
  return new Worker(new URL("./pool-worker.ts", import.meta.url), {
    type: "module",
  }) as unknown as PoolWorkerLike;
}

async function compile(given: PoolOptions["module"]): Promise<WebAssembly.Module> {
  try {
    const source = (await given) ?? scorerWasm();
    if (source instanceof WebAssembly.Module) return source;
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
      return await WebAssembly.compile(source as BufferSource);
    const answer = source instanceof Response ? source : await fetch(source as URL);
    if (!answer.ok) throw new Error(`status ${answer.status} at ${answer.url}`);
    return await WebAssembly.compile(await answer.arrayBuffer());
  } catch (error) {
    throw new MidpgError("io", `the scorer's wasm did not start: ${String(error)}`);
  }
}

/** Workers that score one model; made by `createScorerPool`. */
export class ScorerPool {
  readonly #spawn: () => PoolWorkerLike;
  readonly #module: WebAssembly.Module;
  readonly #model: Uint8Array;
  readonly #chunk: number;
  readonly #ready = new Set<Member>();
  readonly #starting = new Set<Member>();
  readonly #queue: Chunk[] = [];
  #info!: ScorerInfo;
  #shape!: IdShape;
  #ended: MidpgError | undefined;
  readonly size: number;

  /** @internal */
  constructor(
    spawn: () => PoolWorkerLike,
    module: WebAssembly.Module,
    model: Uint8Array,
    size: number,
    chunk: number,
  ) {
    this.#spawn = spawn;
    this.#module = module;
    this.#model = model;
    this.size = size;
    this.#chunk = chunk;
  }

  /** @internal */
  async start(): Promise<void> {
    try {
      const [info] = await Promise.all(Array.from({ length: this.size }, () => this.#hire()));
      const { fields } = (this.#info = info!);
      const count = (kind: string) => fields.filter((field) => field.kind === kind).length;
      this.#shape = { singles: count("id"), bags: count("bag"), dense: count("dense") };
    } catch (error) {
      this.#end(error as MidpgError);
      throw error;
    }
  }

  get info(): ScorerInfo {
    return this.#info;
  }

  /** One probability a row, in their order. The rows are read while the call goes on: leave them as they are. */
  async scoreRows(rows: readonly Row[]): Promise<Float32Array> {
    const { columns } = this.#info;
    const tasks: (() => Task)[] = [];
    for (let start = 0; start < rows.length; start += this.#chunk) {
      const part = rows.slice(start, start + this.#chunk);
      tasks.push(() => ({ op: "rows", cells: cells(columns, part) }));
    }
    return this.#all(tasks, new Float32Array(rows.length));
  }

  /** The same of ids; what is given stays the caller's and must not change while the call goes on. */
  async scoreIds(rows: IdRows): Promise<Float32Array> {
    checkCount(rows);
    const tasks = pieces(rows, this.#shape, this.#chunk).map((piece): (() => Task) => {
      return () => ({ op: "ids", rows: piece() });
    });
    const out = rows.out ?? new Float32Array(rows.rowCount);
    return (await this.#all(tasks, out)).subarray(0, rows.rowCount);
  }

  /** Stops the workers; what is under way is rejected. Calling it again does nothing. */
  close(): void {
    this.#end(new MidpgError("usage", "the scorer pool is closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Scores every chunk into its place; of several errors the first chunk's is told. */
  async #all(tasks: (() => Task)[], out: Float32Array): Promise<Float32Array> {
    if (this.#ended) throw this.#ended;
    let failed = false;
    const results = tasks.map(
      (make, n) =>
        new Promise<void>((resolve, reject) => {
          const start = n * this.#chunk;
          this.#queue.push({
            // An earlier chunk's error is the one to tell: there is nothing to send for.
            make: () => {
              if (failed) throw new MidpgError("cancelled", "an earlier chunk failed");
              return make();
            },
            done: (scores) => {
              out.set(scores, start);
              resolve();
            },
            failed: (error) => {
              failed = true;
              reject(renumbered(error, start));
            },
          });
        }),
    );
    this.#feed();
    for (const result of await Promise.allSettled(results))
      if (result.status === "rejected") throw result.reason;
    return out;
  }

  /** Gives what waits to the workers that have least to do. */
  #feed(): void {
    while (this.#queue.length > 0) {
      let least: Member | undefined;
      for (const member of this.#ready) if (!least || member.load < least.load) least = member;
      if (!least || least.load >= AHEAD) return;
      const chunk = this.#queue.shift()!;
      let task: Task;
      try {
        task = chunk.make();
      } catch (error) {
        const message = `a row cannot be read: ${String(error)}`;
        chunk.failed(error instanceof MidpgError ? error : new MidpgError("usage", message));
        continue;
      }
      least
        .ask(task)
        .then(chunk.done, chunk.failed)
        .finally(() => this.#feed());
    }
  }

  #hire(): Promise<ScorerInfo> {
    const member = new Member(this.#spawn, this.#module, this.#model, (gone, error) =>
      this.#lose(gone, error),
    );
    this.#starting.add(member);
    return member.ready.then(
      (info) => {
        this.#starting.delete(member);
        this.#ready.add(member);
        this.#feed();
        return info;
      },
      (error: unknown) => {
        this.#starting.delete(member);
        throw error;
      },
    );
  }

  /** A worker that did its work is replaced; one that never started would only fail again. */
  #lose(member: Member, error: MidpgError): void {
    if (!this.#ready.delete(member)) return;
    const last = () => {
      if (this.#ready.size + this.#starting.size > 0) return;
      const message = `no scoring worker is left: make another pool (${error.message})`;
      this.#end(new MidpgError("crashed", message));
    };
    try {
      this.#hire().catch(last);
    } catch {
      last();
    }
  }

  #end(error: MidpgError): void {
    if (this.#ended) return;
    this.#ended = error;
    for (const member of [...this.#starting, ...this.#ready]) member.end(error);
    this.#starting.clear();
    this.#ready.clear();
    for (const { failed } of this.#queue.splice(0)) failed(error);
  }
}

/** A worker counts the rows of its message; the caller counts those of its call. */
function renumbered(error: MidpgError, start: number): MidpgError {
  const message = error.message.replace(/\brow (\d+):/, (_, row) => `row ${Number(row) + start}:`);
  return start === 0 ? error : new MidpgError(error.kind, message);
}
