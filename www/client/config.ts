import { MidpgError } from "./error.ts";
import type { TrainConfig } from "./types.ts";

const WHOLE = [
  "dk",
  "drDiv",
  "dcDiv",
  "embedding",
  "epochs",
  "patience",
  "batch",
  "seed",
  "maxSteps",
  "levels",
  "specificExperts",
  "sharedExperts",
  "rankDiv",
  "over",
] as const satisfies (keyof TrainConfig)[];

/** The split is drawn with 32 bits: a larger one would be cut down to its last 32 without a word. */
const LARGEST_SEED = 2 ** 32 - 1;

type Given = readonly (readonly [key: string, value: number | null | undefined])[];

/** What is no whole number from 0 on would be taken for another one. */
export function checkWhole(given: Given): void {
  for (const [key, value] of given) {
    if (value != null && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new MidpgError("config", `${key} is ${value}; it must be a whole number from 0 on`);
    }
  }
}

/** A seed, and other counts beside it. */
export function checkSeed(seed: number, ...others: Given): void {
  checkWhole([["seed", seed], ...others]);
  if (seed > LARGEST_SEED)
    throw new MidpgError("config", `seed is ${seed}; it must be at most ${LARGEST_SEED}`);
}

/** What no JSON can say to the module: it would name a type of Rust, or take another number than the one that was given. */
export function checkConfig(config: Partial<TrainConfig>): void {
  const { hidden = [], seed } = config;
  checkWhole(WHOLE.map((key) => [key, config[key]] as const));
  checkWhole(hidden.map((width) => ["hidden", width] as const));
  checkSeed(seed ?? 0);
}
