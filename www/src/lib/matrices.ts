// Which numbers a heatmap shows: means per scenario, the mean over scenarios, differences and their scales.
import type { Explanation, LayerExplanation } from "../../client/index.ts";

/** A second matrix to hold against: a scenario's, or the mean over all scenarios. */
export type Against = { kind: "none" } | { kind: "mean" } | { kind: "scenario"; index: number };

/** The mean s of one scenario: dr × dc values, a view into the layer's own. */
export function ofScenario(layer: LayerExplanation, index: number): Float32Array {
  const size = layer.dr * layer.dc;
  return layer.mean.subarray(index * size, (index + 1) * size);
}

/** The mean over scenarios, each counted once, whatever its rows. */
export function overScenarios(layer: LayerExplanation): Float32Array {
  const size = layer.dr * layer.dc;
  const count = layer.mean.length / size;
  const mean = new Float32Array(size);
  for (let i = 0; i < layer.mean.length; i++) mean[i % size] += layer.mean[i] / count;
  return mean;
}

export function reference(layer: LayerExplanation, against: Against): Float32Array | null {
  if (against.kind === "none") return null;
  return against.kind === "mean" ? overScenarios(layer) : ofScenario(layer, against.index);
}

export function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]);
}

/** The largest distance from the centre: the half-width of a symmetric scale. */
export function halfWidth(values: Float32Array, centre: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value - centre));
  return largest;
}

/** Mean absolute value: how much two matrices differ all in all. */
export function meanAbsolute(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return values.length > 0 ? sum / values.length : 0;
}

/** Where the absolute value is largest. */
export function peak(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  }
  return best;
}

/** The name of what is held against. */
export function againstName(explanation: Explanation, against: Against): string {
  if (against.kind === "scenario") return explanation.scenarios[against.index].name;
  return "the mean over scenarios";
}

/** (1 − t) a + t b. */
export function blend(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((value, i) => value + t * (b[i] - value));
}

/** The largest departure of any scenario from the mean over scenarios: the half-width that all share. */
export function largestShift(layer: LayerExplanation): number {
  const mean = overScenarios(layer);
  let largest = 0;
  for (let i = 0; i < layer.mean.length; i++)
    largest = Math.max(largest, Math.abs(layer.mean[i] - mean[i % mean.length]));
  return largest;
}
