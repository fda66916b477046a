import type { Explanation } from "../../client/index.ts";
import type { Against } from "../lib/matrices.ts";
import { readPlace, type Look, type Place, type View } from "../lib/place.ts";

/** What the reader looks at: the view, the scenarios that are picked, and how the matrices are shown. */
export class LookState {
  view = $state<View>("scenarios");
  look = $state<Look>("shift");
  present = $state(false);
  /** By name: a model that is trained anew has the same scenarios, perhaps in another order. */
  scenario = $state<string | null>(null);
  other = $state<string | null>(null);
  /** How far scenario A's matrix is morphed into B's, 0 to 1. */
  morph = $state(0);
  /** Where the slider was let go: browsers limit how often an address changes, so a link takes no step before. */
  morphed = $state(0);

  constructor(search: string) {
    const place = readPlace(search);
    this.view = place.view;
    this.look = place.look;
    this.present = place.present;
    this.scenario = place.scenario;
    this.other = place.other;
    this.morph = this.morphed = place.morph;
  }

  /** The place of the picked scenario among those that are explained. */
  picked(explanation: Explanation): number {
    return Math.max(0, index(explanation, this.scenario));
  }

  /** The place of the one that is held against it; never the same one. */
  second(explanation: Explanation): number {
    const picked = this.picked(explanation);
    const other = index(explanation, this.other);
    if (other >= 0 && other !== picked) return other;
    return picked === 0 && explanation.scenarios.length > 1 ? 1 : 0;
  }

  against(explanation: Explanation): Against {
    if (this.look === "matrix") return { kind: "none" };
    if (this.look === "two") return { kind: "scenario", index: this.second(explanation) };
    return { kind: "mean" };
  }

  /** What a link says of it; of scenarios it names those alone that may be told. */
  place(
    rest: Pick<Place, "row" | "cells" | "trained" | "own">,
    told: (scenario: string) => boolean,
  ): Place {
    const { view, look, morphed: morph, present } = this;
    const named = (name: string | null) => (name !== null && told(name) ? name : null);
    const [scenario, other] = [named(this.scenario), named(this.other)];
    return { view, look, scenario, other, morph, present, ...rest };
  }
}

function index(explanation: Explanation, name: string | null): number {
  return explanation.scenarios.findIndex((scenario) => scenario.name === name);
}
