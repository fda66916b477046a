// Where the reader is: which view, which scenario, how the matrices are looked at. A link carries it.
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

export interface Place {
  view: View;
  look: Look;
  /** Names of scenarios; null is the first. `other` is held against it, or an impression of it is shown there. */
  scenario: string | null;
  other: string | null;
  present: boolean;
  /** The model was trained with the settings of the link and is not the sample's own. */
  trained: boolean;
  /** The data was a file of the link's maker. */
  own: boolean;
}

const known = <T extends string>(
  choices: readonly (readonly [T, string])[],
  text: string | null,
): T => choices.find(([name]) => name === text)?.[0] ?? choices[0][0];

export function readPlace(search: string): Place {
  const query = new URLSearchParams(search);
  return {
    view: known(VIEWS, query.get("view")),
    look: known(LOOKS, query.get("look")),
    scenario: query.get("scenario"),
    other: query.get("other"),
    present: query.has("present"),
    trained: query.has("trained"),
    own: query.has("own"),
  };
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
  for (const flag of ["present", "trained", "own"] as const) {
    if (place[flag]) query.set(flag, "");
  }
  const text = query.toString().replaceAll(/=(?=&|$)/g, "");
  return text === "" ? "" : `?${text}`;
}
