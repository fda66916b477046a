import type { LayerExplanation } from "../../client/index.ts";
import { blockOf } from "./blocks.ts";
import { paint, type Theme } from "./colour.ts";

type Shape = Pick<LayerExplanation, "dm" | "dn" | "dr" | "dc">;

/** The RGBA pixels of S, one per weight, from the compact matrix, on the scale centre ± half. */
export function matrixPixels(
  { dm, dn, dr, dc }: Shape,
  values: Float32Array,
  centre: number,
  half: number,
  theme: Theme,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * dm * dn);
  const scale = half > 0 ? 1 / half : 0;
  for (let i = 0; i < dm; i++) {
    const row = blockOf(i, dr, dm) * dc;
    for (let j = 0; j < dn; j++) {
      const value = values[row + blockOf(j, dc, dn)];
      paint((value - centre) * scale, theme, pixels, 4 * (i * dn + j));
    }
  }
  return pixels;
}
