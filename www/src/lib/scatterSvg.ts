// A map of points as SVG: one colour and one shape a scenario, so that it is read without colours too.
import type { ScenarioMap } from "../../client/index.ts";
import { scenarioColour } from "./colour.ts";
import { cut, xml } from "./matrixSvg.ts";

export const SIZE = 420;
const MARGIN = 14;
/** Letters that a name in the legend and the title have room for. */
const MOST_OF_NAME = 27;
const MOST_OF_TITLE = 54;

/** Outlines of radius 1 around where the pen is, by scenario. */
const SHAPES = [
  "m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z",
  "m-.9-.9h1.8v1.8h-1.8z",
  "m0-1.2l1.1 2h-2.2z",
  "m0-1.3l1.1 1.3l-1.1 1.3l-1.1-1.3z",
  "m0 1.2l1.1-2h-2.2z",
  "m-.4-1.2h.8v.8h.8v.8h-.8v.8h-.8v-.8h-.8v-.8h.8z",
] as const;

/** A point's radius, and that of the picked scenario's. */
const RADIUS = 2.8;
const LARGER = 4;

type Place = [x: number, y: number];

/** All points of a scenario: thousands of elements, one each, would hold the page up whenever it is drawn. */
export interface Outline {
  places: Place[];
  path: string;
}

/** The shape of a scenario's points, as a path of the given radius around (x, y). */
export function mark(scenario: number, x: number, y: number, radius: number): string {
  return drawn(scenario, outline(scenario, [[x, y]], radius), radius);
}

function outline(scenario: number, places: readonly Place[], radius: number): string {
  const shape = SHAPES[scenario % SHAPES.length];
  const at = (value: number) => (value / radius).toFixed(2);
  return places.map(([x, y]) => `M${at(x)} ${at(y)}${shape}`).join("");
}

function drawn(scenario: number, path: string, radius: number): string {
  return `<path transform="scale(${radius})" d="${path}" fill="${scenarioColour(scenario)}"/>`;
}

/** The points of a map, by scenario, in the picture. */
export function outlines({ map, scenario, scenarios }: ScenarioMap): Outline[] {
  const places = scenarios.map((): Place[] => []);
  const [low, high] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (const place of map?.places ?? [])
    for (const axis of [0, 1]) {
      low[axis] = Math.min(low[axis], place[axis]);
      high[axis] = Math.max(high[axis], place[axis]);
    }
  const extent = Math.max(high[0] - low[0], high[1] - low[1]) || 1;
  const into = (value: number, axis: number) =>
    MARGIN + ((value - low[axis]) * (SIZE - 2 * MARGIN)) / extent;
  for (const [i, [x, y]] of (map?.places ?? []).entries())
    places[scenario[i]].push([into(x, 0), into(y, 1)]);
  return places.map((own, at) => ({ places: own, path: outline(at, own, RADIUS) }));
}

/** They as SVG; the picked scenario's stand out. */
export function points(all: readonly Outline[], picked: number): string {
  const faint = picked < 0 ? 0.85 : 0.4;
  const others = all.map(({ path }, i) => (path && i !== picked ? drawn(i, path, RADIUS) : ""));
  const own = picked < 0 ? "" : outline(picked, all[picked].places, LARGER);
  return `<g opacity="${faint}">${others.join("")}</g>${own && drawn(picked, own, LARGER)}`;
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
  const drawn = points(outlines(map), picked === null ? -1 : map.scenarios.indexOf(picked));
  const height = SIZE + 60 + Math.ceil(map.scenarios.length / 2) * 18;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${height}" viewBox="0 0 ${SIZE} ${height}" font-family="system-ui, sans-serif" fill="#1d1f23"><rect width="100%" height="100%" fill="#fff"/><text x="${MARGIN}" y="20" font-size="13" font-weight="600">${xml(cut(title, MOST_OF_TITLE))}</text><g transform="translate(0 26)">${drawn}</g>${rows}</svg>\n`;
}
