// Rows on their way to the wasm; nothing here needs it, so that a page whose workers score does not load it.
import { MidpgError } from "./error.ts";

/** One row of a log: the columns of the schema; what is null, undefined or missing is a missing value. */
export type Row = Record<string, string | number | null | undefined>;

/** Rows that the look-ups in the vocabularies have been done for. */
export interface IdRows {
  /** rowCount × id fields, row by row, in the order of `fields`; then the ids of each bag field, one after the other. */
  ids: Uint32Array;
  /** For each bag field rowCount + 1 numbers: where each row's ids start among the field's, and the end of the last. */
  offsets?: Uint32Array;
  /** rowCount × dense fields, row by row, as they stand in the log; NaN is a missing value. */
  dense?: Float32Array;
  rowCount: number;
  /** Takes the probabilities, if given; it must have at least rowCount places. */
  out?: Float32Array;
}

/** Rows as the wasm reads them: a JSON array with an array of cells for every row. */
export function cells(columns: readonly string[], rows: readonly Row[]): string {
  return JSON.stringify(rows.map((row) => columns.map((column) => text(row[column]))));
}

function text(value: string | number | null | undefined): string | null {
  return value === null || value === undefined || Number.isNaN(value) ? null : String(value);
}

/** What cannot be a count of rows, or has no room in `out`, is a usage error. */
export function checkCount({ rowCount, out }: IdRows): void {
  if (!Number.isInteger(rowCount) || rowCount < 0 || rowCount > 0xffff_fffe)
    throw new MidpgError("usage", `rowCount is ${rowCount}; it must be a count of rows`);
  if (out && out.length < rowCount)
    throw new MidpgError("usage", `out has ${out.length} places for ${rowCount} rows`);
}

/** How many fields of each kind a row of ids has. */
export interface IdShape {
  singles: number;
  bags: number;
  dense: number;
}

/**
 * Rows of ids in pieces of at most `size` rows, each cut off when it is asked for, into arrays of its own. What does not
 * fit together is one piece: the wasm says what is wrong with it.
 */
export function pieces(given: IdRows, shape: IdShape, size: number): (() => IdRows)[] {
  const { ids, rowCount } = given;
  const offsets = given.offsets ?? new Uint32Array();
  const dense = given.dense ?? new Float32Array();
  const of = (bag: number) => offsets.subarray(bag * (rowCount + 1), (bag + 1) * (rowCount + 1));
  // Where the ids of each bag field start.
  const bases: number[] = [];
  let end = shape.singles * rowCount;
  for (let bag = 0; bag < shape.bags; bag++) {
    bases.push(end);
    end += of(bag)[rowCount] ?? 0;
  }
  const fits =
    ids.length === end &&
    dense.length === shape.dense * rowCount &&
    offsets.length === shape.bags * (rowCount + 1) &&
    bases.every((_, bag) => rises(of(bag)));
  if (!fits || rowCount <= size) {
    const whole = { ids: ids.slice(), dense: dense.slice(), rowCount };
    return [() => (given.offsets ? { ...whole, offsets: offsets.slice() } : whole)];
  }
  const piece = (start: number): IdRows => {
    const count = Math.min(size, rowCount - start);
    const parts = [ids.subarray(start * shape.singles, (start + count) * shape.singles)];
    const starts = new Uint32Array(shape.bags * (count + 1));
    bases.forEach((base, bag) => {
      const own = of(bag).subarray(start, start + count + 1);
      parts.push(ids.subarray(base + own[0]!, base + own[count]!));
      starts.set(
        own.map((offset) => offset - own[0]!),
        bag * (count + 1),
      );
    });
    return {
      ids: joined(parts),
      offsets: starts,
      dense: dense.slice(start * shape.dense, (start + count) * shape.dense),
      rowCount: count,
    };
  };
  return Array.from({ length: Math.ceil(rowCount / size) }, (_, n) => () => piece(n * size));
}

function joined(parts: Uint32Array[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}

function rises(offsets: Uint32Array): boolean {
  return offsets[0] === 0 && offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]!);
}
