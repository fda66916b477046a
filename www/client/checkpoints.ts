/** A run whose device can vanish loses no more work than this, as long as checkpoints are quick to make. */
const EVERY_MS = 2000;
/** The most of a run's time that its checkpoints may take. */
const SHARE = 1 / 20;

/** Decides when a run is due for its next checkpoint. */
export class CheckpointClock {
  #last: number;
  #took = 0;

  constructor(now: number) {
    this.#last = now;
  }

  /** Large tables take their time to read back from a GPU: the longer it took, the longer the wait. */
  due(now: number): boolean {
    return now - this.#last >= Math.max(EVERY_MS, this.#took * (1 / SHARE - 1));
  }

  made(began: number, now: number): void {
    this.#took = now - began;
    this.#last = now;
  }
}
