/** What the modules call the table that they were given: they do not know its name. */
const PLACE = /^data(?::(\d+))?: /;

export const BAD_ROW = {
  /** Where a log is read whole, to be learned from. */
  reading: "mend the line and open the file again, or have such rows left out",
  /** Where rows are scored. */
  scoring: "tick the box above to leave the scores of such rows empty",
};

/** Why a row was left out, as the modules say it, in the words of the file's reader. */
export const lineOf = (reason: string) => reason.replace(/^data:(\d+):/, "line $1:");

/** Whether what was under way ended because its reader wanted it to: that is no failure. */
export const wasCancelled = (error: unknown) => (error as { kind?: string }).kind === "cancelled";

/** Whether an error is of a single row. */
export function isBadRow(error: unknown): boolean {
  const { kind, message } = error as { kind?: string; message: string };
  return kind === "data" && PLACE.exec(message)?.[1] !== undefined;
}

/** The same of a log that is learned from or looked at whole. */
export const failureOf = (error: unknown, name: string | undefined) =>
  toldOf(error, name ?? "the data", BAD_ROW.reading);

/** An error in the words of its reader, whose file has a name; where a single row is at fault, what to do. */
export function toldOf(error: unknown, name: string, todo: string): string {
  const { kind, message } = error as { kind?: string; message: string };
  const place = kind === "data" || kind === "schema" ? PLACE.exec(message) : null;
  if (place === null) return message;
  const what = message.slice(place[0].length);
  return place[1] === undefined
    ? `${name}: ${what}`
    : `${name}, line ${place[1]}: ${what}; ${todo}`;
}
