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

/** The split is drawn with 32 bits. */
const LARGEST_SEED = 2 ** 32 - 1;

/** What no JSON can say to the module: it would name a type of Rust, or take another number than the one that was given. */
export function checkConfig(config: Partial<TrainConfig>): void {
  const { hidden = [], seed = 0 } = config;
  const counts = [
    ...WHOLE.map((key) => [key, config[key]] as const),
    ...hidden.map((width) => ["hidden", width] as const),
  ];
  for (const [key, value] of counts) {
    if (value != null && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new MidpgError("config", `${key} is ${value}; it must be a whole number from 0 on`);
    }
  }
  if (seed > LARGEST_SEED)
    throw new MidpgError("config", `seed is ${seed}; it must be at most ${LARGEST_SEED}`);
}
