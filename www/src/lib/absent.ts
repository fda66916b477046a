// What is said of a link that names what is not here: something else is shown in its place.
import { cut } from "./matrixSvg.ts";

/** What a link names and is not here. */
export interface Absent {
  sample: string | null;
  scenarios: readonly string[];
  /** Of the impression that it is to. */
  line: number | null;
}

/** Letters of a name: a link may hold any text. */
const MOST_OF_NAME = 60;

const quoted = (name: string) => `“${cut(name, MOST_OF_NAME)}”`;
const ANOTHER = "another one is shown in its place";

/** Nothing where all is here. */
export function absentNotice({ sample, scenarios, line }: Absent): string | null {
  const names = [...new Set(scenarios)].map(quoted);
  const said = [
    sample !== null && `This link is to a sample that is not here, ${quoted(sample)}: ${ANOTHER}.`,
    names.length === 1 && `This link names a scenario that is not here, ${names[0]}: ${ANOTHER}.`,
    names.length > 1 &&
      `This link names scenarios that are not here, ${names.join(" and ")}: others are shown in their place.`,
    line !== null &&
      `This link is to line ${line} of the data, which is not among the impressions here: ${ANOTHER}.`,
  ].filter((one) => one !== false);
  return said.length > 0 ? said.join(" ") : null;
}
