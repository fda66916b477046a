// How the compact matrix s (dr × dc) fills the weighting matrix S (dm × dn), and which parts have names.
import type { FieldSpan } from "../../client/index.ts";

/** The block (row or column of s) that covers index i of n, when there are d blocks. */
export function blockOf(i: number, d: number, n: number): number {
  return Math.floor((i * d) / n);
}

/** The indices [start, end) of n that block r of d covers: those i with floor(i*d/n) = r. */
export function spanOf(r: number, d: number, n: number): [start: number, end: number] {
  return [Math.ceil((r * n) / d), Math.ceil(((r + 1) * n) / d)];
}

/** "7" or "8–15", counted from 1 as people do. */
export function spanText([start, end]: [number, number]): string {
  return end - start <= 1 ? String(start + 1) : `${start + 1}–${end}`;
}

/** The fields that share input columns with [start, end). */
export function fieldsIn(
  fields: FieldSpan[] | undefined,
  [start, end]: [number, number],
): string[] {
  return (fields ?? []).filter((f) => f.start < end && f.end > start).map((f) => f.name);
}
