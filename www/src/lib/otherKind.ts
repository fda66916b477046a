// Files that are no tables, told by how they begin: the reader would find text in them that is none.
import type { Table } from "../../client/index.ts";

const KINDS: readonly (readonly [begins: readonly number[], what: string])[] = [
  [[0x50, 0x41, 0x52, 0x31], "a Parquet file: the page reads text alone, the command reads both"],
  [[0x50, 0x4b, 0x03, 0x04], "a spreadsheet or an archive: save the table as CSV"],
  [[0xd0, 0xcf, 0x11, 0xe0], "a spreadsheet: save the table as CSV"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF: save the table as CSV"],
  [[0xff, 0xfe], "UTF-16 text: save it as UTF-8"],
  [[0xfe, 0xff], "UTF-16 text: save it as UTF-8"],
];
const MODEL = "a model file: open it under “Model file”";
/** A model file begins with the length of its header, in eight bytes, and the header with a brace. */
const LENGTH = 8;
const BRACE = 0x7b;

/** What a file is that is no table; null for everything that may be one. */
export async function otherKind(table: Table): Promise<string | null> {
  const head =
    table instanceof Blob
      ? new Uint8Array(await table.slice(0, LENGTH + 1).arrayBuffer())
      : table.subarray(0, LENGTH + 1);
  for (const [begins, what] of KINDS)
    if (begins.every((byte, at) => head[at] === byte)) return what;
  return head[LENGTH] === BRACE && head.subarray(4, LENGTH).every((byte) => byte === 0)
    ? MODEL
    : null;
}

/** Refuses what is no table. */
export async function checkTable(table: Table, name: string): Promise<void> {
  const kind = await otherKind(table);
  if (kind !== null) throw new Error(`${name} is ${kind}`);
}
