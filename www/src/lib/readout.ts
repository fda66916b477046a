// A block of a heatmap in words and numbers.
import type { LayerExplanation } from "../../client/index.ts";
import { fieldsIn, spanOf, spanText } from "./blocks.ts";
import { fixed, signed } from "./format.ts";

type Shape = Pick<LayerExplanation, "dm" | "dn" | "dr" | "dc" | "fields">;

/** Where block `at` is, and its value in `a`; held against `b`, both and their difference. */
export function readout(
  { dm, dn, dr, dc, fields }: Shape,
  at: number,
  a: Float32Array,
  b: Float32Array | null,
): string {
  const rows = spanOf(Math.floor(at / dc), dr, dm);
  const columns = spanOf(at % dc, dc, dn);
  const names = fieldsIn(fields, columns).join(", ");
  const where = `outputs ${spanText(rows)} × inputs ${spanText(columns)}${names && ` (${names})`}`;
  if (b === null) return `${where}: ${fixed(a[at])}`;
  return `${where}: ${fixed(a[at])} − ${fixed(b[at])} = ${signed(a[at] - b[at])}`;
}
