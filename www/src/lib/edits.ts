// Edited cells of an impression as a link carries them, a value each: `cell.price=9.5`. An empty one is missing.
export type Cells = Readonly<Record<string, string | null>>;

const PREFIX = "cell.";

/** Characters of all edits together: mail and chat programs cut longer links off. */
const LONGEST = 1000;

export function writeCells(query: URLSearchParams, cells: Cells): void {
  for (const [column, value] of Object.entries(cells)) query.set(PREFIX + column, value ?? "");
}

/** Whether a link has room for all of them; some of them would be an impression that nobody has seen. */
export function fitCells(cells: Cells): boolean {
  const query = new URLSearchParams();
  writeCells(query, cells);
  return query.toString().length <= LONGEST;
}

/** What a link says, unless it says more than any that was made here. */
export function readCells(query: URLSearchParams): Cells {
  const named = [...query].filter(([key]) => key.startsWith(PREFIX) && key !== PREFIX);
  // From entries: a column may be called as anything is.
  const cells = Object.fromEntries(
    named.map(([key, value]) => [key.slice(PREFIX.length), value.trim() || null]),
  );
  return fitCells(cells) ? cells : {};
}
