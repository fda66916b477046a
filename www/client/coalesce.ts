import type { StepEvent } from "./types.ts";

/** A step as the trainer tells it: no rate yet. */
export type RawStep = Omit<StepEvent, "rowsPerSecond">;

/**
 * Joins steps that follow each other fast into one event, so that the page hears at most so many a
 * second: losses are averaged by rows, rows are added up.
 */
export class StepCoalescer {
  readonly #interval: number;
  #since: number;
  /** The last step's end. */
  #at: number;
  #last: RawStep | null = null;
  #rows = 0;
  #loss = 0;
  #bce = 0;
  #mi = 0;

  constructor(perSecond: number, now: number) {
    this.#interval = 1000 / perSecond;
    this.#since = this.#at = now;
  }

  /** Takes a step; gives an event when it is time for one. */
  push(step: RawStep, now: number): StepEvent | null {
    this.#last = step;
    this.#at = now;
    this.#rows += step.rows;
    this.#loss += step.loss * step.rows;
    this.#bce += step.bce * step.rows;
    this.#mi += (step.mi ?? 0) * step.rows;
    return now - this.#since >= this.#interval ? this.flush() : null;
  }

  /** What was held back, if anything. */
  flush(): StepEvent | null {
    const last = this.#last;
    if (last === null) return null;
    const rows = this.#rows;
    const mean = (sum: number, lone: number) => (rows > 0 ? sum / rows : lone);
    const event: StepEvent = {
      ...last,
      loss: mean(this.#loss, last.loss),
      bce: mean(this.#bce, last.bce),
      mi: last.mi === null ? null : mean(this.#mi, last.mi),
      rows,
      rowsPerSecond: (rows * 1000) / Math.max(this.#at - this.#since, 0.1),
    };
    this.#last = null;
    this.#rows = this.#loss = this.#bce = this.#mi = 0;
    this.#since = this.#at;
    return event;
  }

  /** The time since the last step was not spent on steps (but on a pause, or validation): it is in no rate. */
  restart(now: number): void {
    this.#since += now - this.#at;
    this.#at = now;
  }
}
