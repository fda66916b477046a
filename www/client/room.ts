// A few rows of ids on the short way: written into the wasm's own memory and their scores read from it.

/** What the room is asked of: a scorer of the wasm. */
interface RoomOwner {
  readonly room: number;
  readonly words: number;
  readonly numbers: number;
  scoreRoom(ids: number, offsets: number, dense: number, rows: number): boolean;
}

interface Rows {
  ids: Uint32Array;
  offsets: Uint32Array;
  dense: Float32Array;
  rowCount: number;
  out?: Float32Array | undefined;
}

export class Room {
  readonly #owner: RoomOwner;
  readonly #memory: WebAssembly.Memory;
  readonly #size: number;
  #words = new Uint32Array();
  #numbers = new Float32Array();

  constructor(owner: RoomOwner, memory: WebAssembly.Memory) {
    this.#owner = owner;
    this.#memory = memory;
    this.#size = owner.room;
  }

  /** The probabilities; undefined where there is no room for the rows, or something is wrong with them. */
  score({ ids, offsets, dense, rowCount, out }: Rows): Float32Array | undefined {
    const size = this.#size;
    if (ids.length + offsets.length > size || dense.length + rowCount > size) return undefined;
    // Memory that grows leaves the arrays on it empty.
    if (this.#words.length === 0) this.#look();
    write(this.#words, ids, 0);
    write(this.#words, offsets, ids.length);
    write(this.#numbers, dense, 0);
    if (!this.#owner.scoreRoom(ids.length, offsets.length, dense.length, rowCount))
      return undefined;
    if (this.#numbers.length === 0) this.#look();
    const scores = out ?? new Float32Array(rowCount);
    const numbers = this.#numbers;
    for (let row = 0; row < rowCount; row++) scores[row] = numbers[dense.length + row]!;
    return scores.length === rowCount ? scores : scores.subarray(0, rowCount);
  }

  #look(): void {
    const { buffer } = this.#memory;
    this.#words = new Uint32Array(buffer, this.#owner.words, this.#size);
    this.#numbers = new Float32Array(buffer, this.#owner.numbers, this.#size);
  }
}

/** For a handful of numbers a loop is faster than the call. */
function write<A extends Uint32Array | Float32Array>(to: A, from: A, at: number): void {
  if (from.length > 64) to.set(from, at);
  else for (let i = 0; i < from.length; i++) to[at + i] = from[i]!;
}
