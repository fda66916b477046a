// The similarity of scenarios as a table: on the page of as many as can be read, in a file of all.
import type { Explanation } from "../../client/index.ts";
import { csvCell } from "./save.ts";

/** A table of more would have tens of thousands of cells, which holds the page up and nobody reads. */
export const MOST = 30;

/** The places of the scenarios with the most rows, in their own order. */
export function largest(scenarios: Explanation["scenarios"], most = MOST): number[] {
  const places = scenarios.map((_, index) => index);
  const kept = [...places].sort((a, b) => scenarios[b].rows - scenarios[a].rows).slice(0, most);
  return kept.sort((a, b) => a - b);
}

export function similarityCsv({ scenarios, similarity }: Explanation): string {
  const names = scenarios.map(({ name }) => csvCell(name));
  const n = names.length;
  const rows = names.map((name, i) => {
    const values = Array.from(similarity.subarray(i * n, (i + 1) * n), (value) =>
      Number.isFinite(value) ? value.toFixed(4) : "",
    );
    return [name, ...values].join(",");
  });
  return `${[["Scenario", ...names].join(","), ...rows].join("\n")}\n`;
}
