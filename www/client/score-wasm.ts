// Which of the scorer's two wasm files.
import { hasRelaxedSimd } from "./simd.ts";

/** The file beside this package that this browser runs fastest. */
export function scorerWasm(): URL {
  return hasRelaxedSimd()
    ? new URL("../score/mi_dpg_relaxed_bg.wasm", import.meta.url)
    : new URL("../score/mi_dpg_bg.wasm", import.meta.url);
}
