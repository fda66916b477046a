// What is said of a link that names what is not here: something else is shown in its place.
import { cut } from "./matrixSvg.ts";

/** Letters of a name: a link may hold any text. */
const MOST_OF_NAME = 60;

/** Nothing where all is here. */
export function absentNotice(scenarios: readonly string[], line: number | null): string | null {
  const names = [...new Set(scenarios)].map((name) => `“${cut(name, MOST_OF_NAME)}”`);
  const said: string[] = [];
  if (names.length === 1)
    said.push(
      `This link names a scenario that is not here, ${names[0]}: another one is shown in its place.`,
    );
  if (names.length > 1)
    said.push(
      `This link names scenarios that are not here, ${names.join(" and ")}: others are shown in their place.`,
    );
  if (line !== null)
    said.push(
      `This link is to line ${line} of the data, which is not among the impressions here: another one is shown in its place.`,
    );
  return said.length > 0 ? said.join(" ") : null;
}
