// A map of points as SVG: one colour and one shape a scenario, so that it is read without colours too.
import type { ScenarioMap } from "../../client/index.ts";
import { scenarioColour } from "./colour.ts";
import { cut, xml } from "./matrixSvg.ts";

export const SIZE = 420;
const MARGIN = 14;
/** Letters that a name in the legend and the title have room for. */
const MOST_OF_NAME = 27;
const MOST_OF_TITLE = 54;

/** Outlines of radius 1, by scenario. */
const SHAPES = [
  "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  "M-.9-.9H.9V.9H-.9Z",
  "M0-1.2L1.1.8H-1.1Z",
  "M0-1.3L1.1 0L0 1.3L-1.1 0Z",
  "M0 1.2L1.1-.8H-1.1Z",
  "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
] as const;

/** The shape of a scenario's points, as a path of the given radius around (x, y). */
export function mark(scenario: number, x: number, y: number, radius: number): string {
  const shape = SHAPES[scenario % SHAPES.length];
  return `<path transform="translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${radius})" d="${shape}" fill="${scenarioColour(scenario)}"/>`;
}

/** The points of a map; the picked scenario's stand out. */
export function points({ map, scenario, scenarios }: ScenarioMap, picked: string | null): string {
  if (!map) return "";
  const xs = map.places.map(([x]) => x);
  const ys = map.places.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const extent = Math.max(Math.max(...xs) - left, Math.max(...ys) - top) || 1;
  const place = (value: number, low: number) =>
    MARGIN + ((value - low) * (SIZE - 2 * MARGIN)) / extent;
  const at = picked === null ? -1 : scenarios.indexOf(picked);
  const group = (mine: boolean) =>
    map.places
      .map(([x, y], i) =>
        (scenario[i] === at) === mine
          ? mark(scenario[i], place(x, left), place(y, top), mine ? 4 : 2.8)
          : "",
      )
      .join("");
  const faint = at < 0 ? 0.85 : 0.4;
  return `<g opacity="${faint}">${group(false)}</g><g>${group(true)}</g>`;
}

/** The whole picture, with its legend, to be saved. */
export function scatterSvg(map: ScenarioMap, picked: string | null, title: string): string {
  const rows = map.scenarios
    .map((name, i) => {
      const y = SIZE + 52 + Math.floor(i / 2) * 18;
      const x = 18 + (i % 2) * (SIZE / 2);
      return `${mark(i, x, y - 4, 4)}<text x="${x + 10}" y="${y}" font-size="11">${xml(cut(name, MOST_OF_NAME))}</text>`;
    })
    .join("");
  const height = SIZE + 60 + Math.ceil(map.scenarios.length / 2) * 18;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${height}" viewBox="0 0 ${SIZE} ${height}" font-family="system-ui, sans-serif" fill="#1d1f23"><rect width="100%" height="100%" fill="#fff"/><text x="${MARGIN}" y="20" font-size="13" font-weight="600">${xml(cut(title, MOST_OF_TITLE))}</text><g transform="translate(0 26)">${points(map, picked)}</g>${rows}</svg>\n`;
}
