// One impression under every scenario: the rows that are asked for, and what is said of the answer.
import type { FieldSpan } from "../../client/index.ts";
import type { LayerWeighting, Row } from "../../client/score.ts";
import { fieldsIn, spanOf, spanText } from "./blocks.ts";
import { percent, signed } from "./format.ts";
import { difference, meanAbsolute, peak } from "./matrices.ts";

/** The same cells, once for each scenario. */
export function underEach(cells: Row, column: string, scenarios: readonly string[]): Row[] {
  return scenarios.map((scenario) => ({ ...cells, [column]: scenario }));
}

/** The scenarios that an impression is shown in, and which is its own: where the model does not know that, one more. */
export function shownIn(
  known: readonly string[],
  { scenario, cells }: { scenario: string; cells: Row },
  column: string,
): { names: string[]; own: number; unknown: string | null } {
  const own = known.indexOf(scenario);
  if (own >= 0) return { names: [...known], own, unknown: null };
  const unknown = String(cells[column] ?? "a missing one");
  return { names: [...known, `${unknown} (unknown)`], own: known.length, unknown };
}

/**
 * The place of each among the scenarios of the other views, where rows without a scenario have one too: its shape and its
 * colour are the same in all. Those that are not there come after them.
 */
export function placesAmong(names: readonly string[], others: readonly string[]): number[] {
  const places = new Map(others.map((name, place) => [name, place]));
  let next = others.length;
  return names.map((name) => places.get(name) ?? next++);
}

/** The compact s of one row of an answer. */
export function ofRow({ s, dr, dc }: LayerWeighting, row: number): Float32Array {
  return s.subarray(row * dr * dc, (row + 1) * dr * dc);
}

/** As many as the table beside it has: conversions are rare. */
const DIGITS = 2;

/** What flipping the scenario does to one impression, computed from the answer. */
export function whatFlips(
  names: readonly string[],
  scores: Float32Array,
  layers: readonly LayerWeighting[],
  own: number,
  shown: number,
): string {
  const [before, after] = [scores[own], scores[shown]];
  if (own === shown) {
    return `In its own scenario, ${names[own]}, the model expects this impression to convert with ${percent(before, DIGITS)}.`;
  }
  const step = 100 * (after - before);
  const said =
    `Shown in ${names[shown]} instead of ${names[own]}, this impression would convert with ` +
    `${percent(after, DIGITS)} instead of ${percent(before, DIGITS)} (${signed(step, DIGITS)} points).`;
  return layers.length > 0 ? `${said} ${mostMoved(layers, own, shown)}` : said;
}

function mostMoved(layers: readonly LayerWeighting[], own: number, shown: number): string {
  const moved = layers.map((layer) => difference(ofRow(layer, shown), ofRow(layer, own)));
  const sizes = moved.map(meanAbsolute);
  const most = sizes.indexOf(Math.max(...sizes));
  const layer = layers[most];
  const at = peak(moved[most]);
  const columns = spanOf(at % layer.dc, layer.dc, layer.dn);
  const rows = spanOf(Math.floor(at / layer.dc), layer.dr, layer.dm);
  const fields = fieldsIn(layer.fields as FieldSpan[] | undefined, columns);
  const where = `outputs ${spanText(rows)}, inputs ${spanText(columns)}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`;
  return `Its weights move most in layer ${most + 1}: ${where} by ${signed(moved[most][at])}.`;
}
