// A heatmap as SVG: a rectangle per block of s, its title, its fields and its scale.
import type { LayerExplanation } from "../../client/index.ts";
import { spanOf } from "./blocks.ts";
import { cssColour, type Theme } from "./colour.ts";
import { ends } from "./format.ts";

export interface Picture {
  layer: Pick<LayerExplanation, "dm" | "dn" | "dr" | "dc" | "fields">;
  values: Float32Array;
  centre: number;
  half: number;
  title: string;
}

const WIDTH = 480;
const MARGIN = 12;
const TITLE = 24;
const LEGEND = 34;
/** The width of a letter of the axis, and the most letters that a name and a title have: those of a font nobody knows. */
const LETTER = 6.4;
const MOST_OF_NAME = 40;
const MOST_OF_TITLE = 60;
const INK: Record<Theme, [paper: string, ink: string]> = {
  light: ["#ffffff", "#1d1f23"],
  dark: ["#1b1e22", "#e9e6e1"],
};

export function matrixSvg(picture: Picture, theme: Theme): string {
  const { layer, values, centre, half, title } = picture;
  const { dm, dn, dr, dc, fields } = layer;
  const unit = WIDTH / dn;
  const height = dm * unit;
  const names = (fields ?? []).map(({ name }) => cut(name, MOST_OF_NAME));
  const longest = Math.max(...names.map(lettersOf), 0);
  const bottom = TITLE + height + (fields ? 14 + longest * LETTER : 6);
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
  for (const [i, { start, end }] of (fields ?? []).entries()) {
    const x = ((start + end) / 2) * unit;
    const y = TITLE + height + 8;
    parts.push(
      `<text x="${n(x)}" y="${n(y)}" transform="rotate(90 ${n(x)} ${n(y)})" dominant-baseline="central" font-size="11">${xml(names[i])}</text>`,
    );
  }
  const [low, high] = ends(centre, half);
  const steps = 32;
  for (let i = 0; i < steps; i++) {
    const t = (2 * (i + 0.5)) / steps - 1;
    const x = 90 + (i * (WIDTH - 180)) / steps;
    parts.push(
      `<rect x="${n(x)}" y="${n(bottom + 8)}" width="${n((WIDTH - 180) / steps + 0.5)}" height="8" fill="${cssColour(t, theme)}"/>`,
    );
  }
  parts.push(
    `<text x="82" y="${n(bottom + 16)}" text-anchor="end" font-size="11">${low}</text>`,
    `<text x="${WIDTH - 82}" y="${n(bottom + 16)}" font-size="11">${high}</text>`,
  );
  const whole = `width="${WIDTH + 2 * MARGIN}" height="${n(bottom + LEGEND + MARGIN)}"`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${whole} viewBox="${-MARGIN} ${-MARGIN} ${WIDTH + 2 * MARGIN} ${n(bottom + LEGEND + MARGIN)}" font-family="system-ui, sans-serif" fill="${ink}">` +
    `<rect x="${-MARGIN}" y="${-MARGIN}" ${whole} fill="${paper}"/><text y="16" font-size="13" font-weight="600">${xml(cut(title, MOST_OF_TITLE))}</text>` +
    `<g shape-rendering="crispEdges">${parts.join("")}</g></svg>\n`
  );
}

const n = (value: number) => String(Math.round(value * 100) / 100);

/** Letters of scripts that are as wide as they are high count twice. */
const lettersOf = (text: string) =>
  [...text].reduce((sum, sign) => sum + (sign >= "\u2e80" ? 2 : 1), 0);

/** At most so many letters: a picture has no room for more, and cannot measure them. */
export function cut(text: string, most: number): string {
  if (lettersOf(text) <= most) return text;
  let kept = "";
  for (const sign of text) {
    if (lettersOf(kept + sign) > most - 1) break;
    kept += sign;
  }
  return `${kept}…`;
}

export function xml(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replaceAll(/[&<>"]/g, (sign) => named[sign]);
}
