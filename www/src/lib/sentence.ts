// One sentence under the picture, computed from the numbers it shows.
import type { Explanation, LayerExplanation } from "../../client/index.ts";
import { blockOf, fieldsIn, spanOf, spanText } from "./blocks.ts";
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
  const said =
    `${nameA} departs from ${nameB} most in layer ${most + 1} (mean |difference| ${size.toFixed(4)}); ` +
    `the largest step is at ${where}, which ${nameA} weights ${way}: ${signed(delta[at])}.`;
  // A layer whose inputs have no names tells nobody what it is about.
  const named = layers.find(({ layer: one }) => one.fields);
  if (fields.length > 0 || !named) return said;
  const field = mostMoved(named.layer, named.delta);
  return field === null
    ? said
    : `${said} Of the fields, ${field.name} is weighted most differently (layer ${layers.indexOf(named) + 1}, mean |difference| ${field.size.toFixed(4)}).`;
}

/** The field whose columns differ most, on average over its weights; null where none does to the digits that are shown. */
function mostMoved(
  { fields = [], dr, dc, dn }: LayerExplanation,
  delta: Float32Array,
): { name: string; size: number } | null {
  let best: { name: string; size: number } | null = null;
  for (const { name, start, end } of fields) {
    let sum = 0;
    for (let column = start; column < end; column++) {
      const block = blockOf(column, dc, dn);
      for (let row = 0; row < dr; row++) sum += Math.abs(delta[row * dc + block]);
    }
    const size = sum / (dr * Math.max(end - start, 1));
    if (size >= NOTHING && size > (best?.size ?? 0)) best = { name, size };
  }
  return best;
}
