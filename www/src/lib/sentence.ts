// One sentence under the picture, computed from the numbers it shows.
import type { Explanation } from "../../client/index.ts";
import { fieldsIn, spanOf, spanText } from "./blocks.ts";
import { againstName, difference, meanAbsolute, peak, reference, ofScenario } from "./matrices.ts";
import type { Against } from "./matrices.ts";
import { signed } from "./format.ts";

/** Below this, two matrices are the same to the digits that are shown. */
const NOTHING = 5e-5;

/** What differs most between scenario `a` and what it is held against (by default the mean). */
export function whatChanged(explanation: Explanation, a: number, against: Against): string {
  const held: Against = against.kind === "none" ? { kind: "mean" } : against;
  const nameA = explanation.scenarios[a].name;
  const nameB = againstName(explanation, held);
  const layers = explanation.layers.map((layer) => {
    const delta = difference(ofScenario(layer, a), reference(layer, held)!);
    return { layer, delta, size: meanAbsolute(delta) };
  });
  const most = layers.reduce((best, one, i) => (one.size > layers[best].size ? i : best), 0);
  const { layer, delta, size } = layers[most];
  const at = peak(delta);
  if (Math.abs(delta[at]) < NOTHING) {
    return `${nameA} and ${nameB} are weighted alike in every layer: this model has learned no difference between them.`;
  }
  const rows = spanOf(Math.floor(at / layer.dc), layer.dr, layer.dm);
  const columns = spanOf(at % layer.dc, layer.dc, layer.dn);
  const fields = fieldsIn(layer.fields, columns);
  const where =
    `outputs ${spanText(rows)}, inputs ${spanText(columns)}` +
    (fields.length > 0 ? ` (${fields.join(", ")})` : "");
  const way = delta[at] > 0 ? "more" : "less";
  return (
    `${nameA} departs from ${nameB} most in layer ${most + 1} (mean |difference| ${size.toFixed(4)}); ` +
    `the largest step is at ${where}, which ${nameA} weights ${way}: ${signed(delta[at])}.`
  );
}
