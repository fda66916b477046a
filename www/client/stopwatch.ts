import { ReadPace } from "./pace.ts";
import type { Host } from "./session.ts";
import type { StepTiming } from "./types.ts";
import type { WasmTrainer } from "./wasm.ts";

/** Steps that are not timed: pipelines are built, memory is taken, code is optimised. */
const WARM_UP_STEPS = 5;
/** However slow a device, one step says too little. */
const FEWEST_STEPS = 3;

/** Takes steps for about so many milliseconds; what stands between steps (validation) is not timed. */
export async function timeSteps(
  trainer: WasmTrainer,
  host: Pick<Host, "exclusive" | "breathe">,
  milliseconds: number,
): Promise<StepTiming> {
  let warmUp = WARM_UP_STEPS;
  const pace = new ReadPace();
  const timing = { steps: 0, rows: 0, milliseconds: 0 };
  // The first of the steps that a GPU made in a bunch has the time of all.
  const early = () => timing.steps < FEWEST_STEPS || timing.milliseconds < milliseconds;
  while (early() || trainer.ahead > 0) {
    const works = trainer.ahead === 0;
    await host.breathe();
    const began = performance.now();
    const event = await host.exclusive(() => trainer.nextEvent());
    const took = performance.now() - began;
    if (event === undefined || event.kind === "done") break;
    if (event.kind !== "step") continue;
    if (works && pace.took(took)) trainer.readEvery(pace.every);
    if (warmUp > 0) {
      warmUp -= 1;
      continue;
    }
    timing.steps += 1;
    timing.rows += event.rows;
    timing.milliseconds += took;
  }
  return timing;
}
