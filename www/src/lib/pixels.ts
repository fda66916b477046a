import type { LayerExplanation } from "../../client/index.ts";
import { blockOf } from "./blocks.ts";
import { paint, type Theme } from "./colour.ts";

type Shape = Pick<LayerExplanation, "dm" | "dn" | "dr" | "dc">;

/** The shape of a picture that CSS enlarges to the same: a pixel for each block where blocks are all of one size. */
export function smallest(layer: Shape): Shape {
  const { dm, dn, dr, dc } = layer;
  return dm % dr === 0 && dn % dc === 0 ? { dm: dr, dn: dc, dr, dc } : layer;
}

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
