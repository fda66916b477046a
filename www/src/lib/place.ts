// Where the reader is: which view, which scenario, how the matrices are looked at. A link carries it.
import { readCells, writeCells, type Cells } from "./edits.ts";

export const VIEWS = [
  ["scenarios", "Scenarios"],
  ["impression", "One impression"],
  ["diversity", "Diversity"],
  ["training", "Training"],
  ["comparison", "Comparison"],
  ["scoring", "Scoring"],
] as const;

export type View = (typeof VIEWS)[number][0];

/** How matrices are shown: what departs from the mean, S itself, two side by side, all at once. */
export const LOOKS = [
  ["shift", "Shift from the mean"],
  ["matrix", "S itself"],
  ["two", "Two compared"],
  ["all", "All at once"],
] as const;

export type Look = (typeof LOOKS)[number][0];

/**
 * What the maker of a link had of their own, which no link carries: the table, its schema, the model file, edited cells
 * of an impression.
 */
export const OWN = ["data", "schema", "model", "cells"] as const;

export type Own = (typeof OWN)[number];

export interface Place {
  view: View;
  look: Look;
  /** Names of scenarios; null is the first. `other` is held against it, or an impression of it is shown there. */
  scenario: string | null;
  other: string | null;
  /** How far the first of two matrices is morphed into the second, 0 to 1. */
  morph: number;
  /** The line of the impression in the data; null is the first of the scenario. */
  row: number | null;
  /** What was changed of it. */
  cells: Cells;
  present: boolean;
  /** The model was trained with the settings of the link and is not the sample's own. */
  trained: boolean;
  own: readonly Own[];
}

const known = <T extends string>(
  choices: readonly (readonly [T, string])[],
  text: string | null,
): T => choices.find(([name]) => name === text)?.[0] ?? choices[0][0];

export function readPlace(search: string): Place {
  const query = new URLSearchParams(search);
  const row = line(query.get("row"));
  return {
    view: known(VIEWS, query.get("view")),
    look: known(LOOKS, query.get("look")),
    scenario: query.get("scenario"),
    other: query.get("other"),
    morph: share(query.get("morph")),
    row,
    cells: row === null ? {} : readCells(query),
    present: query.has("present"),
    trained: query.has("trained"),
    own: ownIn(query.get("own")),
  };
}

/** 0 for what is no share. */
function share(text: string | null): number {
  const value = Number(text ?? 0);
  return value > 0 && value <= 1 ? value : 0;
}

/** null for what is no line. */
function line(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

/** Without a value it is the data. */
function ownIn(text: string | null): Own[] {
  if (text === null) return [];
  const named = text.split(",");
  const own = OWN.filter((one) => named.includes(one));
  return own.length > 0 ? own : ["data"];
}

/** The query of a link: settings that are not the defaults, and the place. */
export function writeLink(
  options: Record<string, unknown>,
  defaults: Record<string, unknown>,
  place: Place,
): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(options)) {
    if (value !== defaults[key] && value !== null) query.set(key, String(value));
  }
  if (place.view !== VIEWS[0][0]) query.set("view", place.view);
  if (place.look !== LOOKS[0][0]) query.set("look", place.look);
  if (place.scenario !== null) query.set("scenario", place.scenario);
  if ((place.look === "two" || place.view === "impression") && place.other !== null)
    query.set("other", place.other);
  if (place.look === "two" && place.morph > 0) query.set("morph", String(place.morph));
  if (place.view === "impression" && place.row !== null) {
    query.set("row", String(place.row));
    writeCells(query, place.cells);
  }
  for (const flag of ["present", "trained"] as const) {
    if (place[flag]) query.set(flag, "");
  }
  if (place.own.length > 0) query.set("own", place.own.join(","));
  const text = query.toString().replaceAll(/=(?=&|$)/g, "");
  return text === "" ? "" : `?${text}`;
}
