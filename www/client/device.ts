// All decisions about devices, in one file: which there are, which to take, and why not another.
import type { DeviceChoice } from "./types.ts";

/** The part of `navigator.gpu` that is looked at. */
export interface GpuLike {
  requestAdapter(): Promise<AdapterLike | null>;
}

export interface AdapterLike {
  features: { has(name: string): boolean };
}

export type GpuProbe = { ok: true } | { ok: false; reason: string };

/** Whether WebGPU can train here; never throws. */
export async function probeWebGpu(gpu: GpuLike | undefined): Promise<GpuProbe> {
  if (gpu === undefined || gpu === null) {
    return no("this browser has no WebGPU (or the page is not in a secure context)");
  }
  let adapter: AdapterLike | null;
  try {
    adapter = await gpu.requestAdapter();
  } catch (error) {
    return no(`asking for a GPU adapter failed: ${String(error)}`);
  }
  if (adapter === null) return no("the browser has WebGPU but offers no GPU adapter");
  // The compute runtime times its kernels in the browser and cannot start without this feature.
  if (!adapter.features.has("timestamp-query")) {
    return no("the GPU adapter lacks the feature timestamp-query");
  }
  return { ok: true };
}

function no(why: string): GpuProbe {
  return { ok: false, reason: `WebGPU cannot be used: ${why}` };
}

/** The flavour of the wasm module and the device to open in it. */
export interface Plan {
  flavour: "cpu" | "gpu";
  open: "cpu" | "ndarray" | "webgpu";
  /** Why, where the choice was ours. */
  reason: string;
}

export function plan(choice: DeviceChoice): Plan {
  switch (choice) {
    case "auto":
      return {
        flavour: "cpu",
        open: "cpu",
        reason: "auto: networks as small as these train faster on the CPU than on a GPU",
      };
    case "cpu":
      return { flavour: "cpu", open: "cpu", reason: "chosen: CPU" };
    case "ndarray":
      return { flavour: "cpu", open: "ndarray", reason: "chosen: CPU (ndarray)" };
    case "webgpu":
      return { flavour: "gpu", open: "webgpu", reason: "chosen: WebGPU" };
  }
}

/** A device that can vanish while it works: runs on it keep checkpoints. */
export function canBeLost(open: Plan["open"]): boolean {
  return open === "webgpu";
}
