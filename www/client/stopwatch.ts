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
  const timing = { steps: 0, rows: 0, milliseconds: 0 };
  while (timing.steps < FEWEST_STEPS || timing.milliseconds < milliseconds) {
    await host.breathe();
    const began = performance.now();
    const event = await host.exclusive(() => trainer.nextEvent());
    const took = performance.now() - began;
    if (event === undefined || event.kind === "done") break;
    if (event.kind !== "step") continue;
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
