// The table beside a heatmap: the compact matrix itself where it is small, means of its blocks where not.
import type { LayerExplanation } from "../../client/index.ts";
import { blockOf, spanOf, spanText } from "./blocks.ts";

export interface Table {
  columns: string[];
  rows: { label: string; values: number[] }[];
  /** Whether a cell is the mean of several blocks. */
  averaged: boolean;
}

type Span = [start: number, end: number];

const MOST = 16;

export function summarise(layer: LayerExplanation, values: Float32Array): Table {
  const { dm, dn, dr, dc, fields } = layer;
  const columns: { label: string; span: Span }[] = fields
    ? fields.map(({ name, start, end }) => ({ label: name, span: [start, end] }))
    : groups(dc, dn).map((span) => ({ label: `inputs ${spanText(span)}`, span }));
  const rows = groups(dr, dm);
  return {
    columns: columns.map(({ label }) => label),
    rows: rows.map((row) => ({
      label: spanText(row),
      values: columns.map(({ span }) => mean(layer, values, row, span)),
    })),
    averaged: dr > MOST || dc > columns.length,
  };
}

/** The spans of n indices that the d blocks cover, joined into at most MOST groups. */
function groups(d: number, n: number): Span[] {
  const count = Math.min(d, MOST);
  return Array.from({ length: count }, (_, g): Span => {
    const first = Math.ceil((g * d) / count);
    const last = Math.ceil(((g + 1) * d) / count) - 1;
    return [spanOf(first, d, n)[0], spanOf(last, d, n)[1]];
  });
}

/** The mean of S over a rectangle of weights. */
function mean(layer: LayerExplanation, values: Float32Array, rows: Span, columns: Span): number {
  const { dm, dn, dr, dc } = layer;
  let sum = 0;
  for (let i = rows[0]; i < rows[1]; i++) {
    const row = blockOf(i, dr, dm) * dc;
    for (let j = columns[0]; j < columns[1]; j++) sum += values[row + blockOf(j, dc, dn)];
  }
  return sum / ((rows[1] - rows[0]) * (columns[1] - columns[0]));
}
