// The diverging scale of the heatmaps: blue below the centre, orange above it (a pair that all common
// kinds of colour blindness keep apart), mixed in OKLab so that equal steps look equal.

export type Theme = "light" | "dark";
type Triple = [number, number, number];

const ANCHORS: Record<Theme, { low: string[]; middle: string; high: string[] }> = {
  light: { low: ["#123f7a", "#5b9bd5"], middle: "#f3f1ec", high: ["#f0a35c", "#9a3d06"] },
  dark: { low: ["#b9dcff", "#3f86cf"], middle: "#24272c", high: ["#d9772b", "#ffd9ae"] },
};

const STEPS = 255;
const tables = new Map<Theme, Uint8ClampedArray>();

/** Writes the colour of t in [-1, 1] (below, at, above the centre) as RGBA. */
export function paint(t: number, theme: Theme, out: Uint8ClampedArray, at: number): void {
  const table = tableOf(theme);
  const clipped = Math.min(1, Math.max(-1, Number.isFinite(t) ? t : 0));
  const entry = 4 * (STEPS + Math.round(clipped * STEPS));
  for (let c = 0; c < 4; c++) out[at + c] = table[entry + c];
}

/** The same as a CSS colour. */
export function cssColour(t: number, theme: Theme): string {
  const rgba = new Uint8ClampedArray(4);
  paint(t, theme, rgba, 0);
  return `rgb(${rgba[0]} ${rgba[1]} ${rgba[2]})`;
}

/** The text on it that is read best. */
export function inkOn(t: number, theme: Theme): string {
  const rgba = new Uint8ClampedArray(4);
  paint(t, theme, rgba, 0);
  // Relative luminance; black and white are told apart equally well at 0.18.
  const [r, g, b] = [...rgba].map((v) => toLinear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000000" : "#ffffff";
}

function tableOf(theme: Theme): Uint8ClampedArray {
  const known = tables.get(theme);
  if (known) return known;
  const { low, middle, high } = ANCHORS[theme];
  const stops = [...low, middle, ...high].map((hex) => toLab(parse(hex)));
  const table = new Uint8ClampedArray(4 * (2 * STEPS + 1));
  for (let i = 0; i <= 2 * STEPS; i++) {
    const place = (i / (2 * STEPS)) * (stops.length - 1);
    const k = Math.min(Math.floor(place), stops.length - 2);
    const f = place - k;
    const mixed = stops[k].map((v, c) => v + f * (stops[k + 1][c] - v)) as Triple;
    table.set([...toRgb(mixed), 255], 4 * i);
  }
  tables.set(theme, table);
  return table;
}

function parse(hex: string): Triple {
  return [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255) as Triple;
}

function toLinear(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function toLab(rgb: Triple): Triple {
  const [r, g, b] = rgb.map(toLinear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function toRgb([L, a, b]: Triple): Triple {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((v) => {
    const clipped = Math.min(1, Math.max(0, v));
    return 255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055);
  }) as Triple;
}

/** Colours of the scenarios' chips; each chip also carries its name. */
export const SCENARIO_COLOURS = [
  "#3b7dc4",
  "#d1782a",
  "#2f9e7a",
  "#b5538f",
  "#8a8f2c",
  "#5fa8c9",
  "#c44f4f",
  "#7a63b8",
  "#a8742f",
  "#5a8a4a",
  "#cf8fb4",
  "#6d7a86",
  "#3f8f9c",
];

export function scenarioColour(index: number): string {
  return SCENARIO_COLOURS[index % SCENARIO_COLOURS.length];
}
