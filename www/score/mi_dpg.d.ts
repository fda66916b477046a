// The scorer's wasm module as score.ts sees it. The generated .d.ts of the build (pkg/score/) is the truth; this is the
// part that is used, so that the types can be checked before anything is built.
export default function init(input?: {
  module_or_path: unknown;
}): Promise<{ readonly memory: WebAssembly.Memory }>;

export class Batch {
  readonly rows: number;
  free(): void;
}

export class Scorer {
  static load(bytes: Uint8Array): Scorer;
  info(): string;
  encode(json: string): Batch;
  score(batch: Batch): Float32Array;
  readonly room: number;
  readonly words: number;
  readonly numbers: number;
  scoreRoom(ids: number, offsets: number, dense: number, rows: number): boolean;
  scoreIds(ids: Uint32Array, offsets: Uint32Array, dense: Float32Array, rows: number): Float32Array;
  weighting(batch: Batch): Float32Array[];
  free(): void;
}
