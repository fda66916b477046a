// The library that draws curves: a fifth of the page's scripts, which nobody needs before there is a curve.
import type uPlot from "uplot";

export type Charting = typeof uPlot;

let coming: Promise<Charting> | null = null;

/** Fetched once, when a chart is first drawn; what could not be fetched is fetched anew when it is asked for again. */
export function charting(): Promise<Charting> {
  coming ??= import("uplot").then(
    (module) => module.default,
    (error) => {
      coming = null;
      throw error;
    },
  );
  return coming;
}
