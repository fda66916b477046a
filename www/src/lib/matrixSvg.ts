// A heatmap as SVG: a rectangle per block of s, its title, its fields and its scale.
import type { LayerExplanation } from "../../client/index.ts";
import { spanOf } from "./blocks.ts";
import { cssColour, type Theme } from "./colour.ts";
import { signed } from "./format.ts";

export interface Picture {
  layer: Pick<LayerExplanation, "dm" | "dn" | "dr" | "dc" | "fields">;
  values: Float32Array;
  centre: number;
  half: number;
  title: string;
}

const WIDTH = 480;
const TITLE = 24;
const AXIS = 90;
const LEGEND = 34;
const INK: Record<Theme, [paper: string, ink: string]> = {
  light: ["#ffffff", "#1d1f23"],
  dark: ["#1b1e22", "#e9e6e1"],
};

export function matrixSvg(picture: Picture, theme: Theme): string {
  const { layer, values, centre, half, title } = picture;
  const { dm, dn, dr, dc, fields } = layer;
  const unit = WIDTH / dn;
  const height = dm * unit;
  const bottom = TITLE + height + (fields ? AXIS : 6);
  const [paper, ink] = INK[theme];
  const scale = half > 0 ? 1 / half : 0;
  const parts: string[] = [];
  for (let r = 0; r < dr; r++) {
    const [top, end] = spanOf(r, dr, dm);
    for (let c = 0; c < dc; c++) {
      const [left, right] = spanOf(c, dc, dn);
      const fill = cssColour((values[r * dc + c] - centre) * scale, theme);
      parts.push(
        `<rect x="${n(left * unit)}" y="${n(TITLE + top * unit)}" width="${n((right - left) * unit)}" height="${n((end - top) * unit)}" fill="${fill}"/>`,
      );
    }
  }
  for (const { name, start, end } of fields ?? []) {
    const x = ((start + end) / 2) * unit;
    const y = TITLE + height + 8;
    parts.push(
      `<text x="${n(x)}" y="${n(y)}" transform="rotate(90 ${n(x)} ${n(y)})" dominant-baseline="central" font-size="11">${xml(name)}</text>`,
    );
  }
  const text = (value: number) => (centre === 0 ? signed(value) : value.toFixed(3));
  const steps = 32;
  for (let i = 0; i < steps; i++) {
    const t = (2 * (i + 0.5)) / steps - 1;
    const x = 90 + (i * (WIDTH - 180)) / steps;
    parts.push(
      `<rect x="${n(x)}" y="${n(bottom + 8)}" width="${n((WIDTH - 180) / steps + 0.5)}" height="8" fill="${cssColour(t, theme)}"/>`,
    );
  }
  parts.push(
    `<text x="82" y="${n(bottom + 16)}" text-anchor="end" font-size="11">${text(centre - half)}</text>`,
    `<text x="${WIDTH - 82}" y="${n(bottom + 16)}" font-size="11">${text(centre + half)}</text>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${n(bottom + LEGEND)}" viewBox="0 0 ${WIDTH} ${n(bottom + LEGEND)}" font-family="system-ui, sans-serif" fill="${ink}">` +
    `<rect width="100%" height="100%" fill="${paper}"/><text y="16" font-size="13" font-weight="600">${xml(title)}</text>` +
    `<g shape-rendering="crispEdges">${parts.join("")}</g></svg>\n`
  );
}

const n = (value: number) => String(Math.round(value * 100) / 100);

export function xml(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (sign) => named[sign]);
}
