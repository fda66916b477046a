/** Looks further apart than this would make the page's curve jump. */
const LONGEST_MS = 200;
/** The most steps between two looks. */
const MOST = 64;

/**
 * How many steps a GPU takes between two looks at its losses. A look waits for all steps before it, so a fast device
 * wants few of them; a slow one is looked at after every step.
 */
export class ReadPace {
  every = 1;

  /** Takes in that a bunch of steps took so long; whether the pace has changed. */
  took(ms: number): boolean {
    const before = this.every;
    if (ms < LONGEST_MS / 2) this.every = Math.min(this.every * 2, MOST);
    else if (ms > LONGEST_MS) this.every = Math.max(Math.floor(this.every / 2), 1);
    return this.every !== before;
  }
}
