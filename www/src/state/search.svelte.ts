import { matching } from "../lib/matching.ts";

/** As many are looked through faster than they are searched. */
const FEW = 20;

/** What of a list of names is shown: of many, those that hold what is sought. */
export class Search {
  readonly #names: () => readonly string[];
  text = $state("");

  constructor(names: () => readonly string[]) {
    this.#names = names;
  }

  /** Whether there are so many that one wants to search. */
  get offered(): boolean {
    return this.#names().length > FEW;
  }

  /** Whether some are left out. */
  get narrowed(): boolean {
    return this.offered && this.text.trim() !== "";
  }

  /** The places of those that are shown; where nothing can be sought, what was sought before leaves none out. */
  get found(): number[] {
    return matching(this.#names(), this.narrowed ? this.text : "");
  }

  get size(): number {
    return this.#names().length;
  }
}
