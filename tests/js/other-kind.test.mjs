// Files that are no tables are told by how they begin, and tables are let through.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkTable, otherKind } from "../../www/src/lib/otherKind.ts";

const bytes = (...parts) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? [...Buffer.from(part)] : [part],
    ),
  );

test("what is no table is said to be what it is", async () => {
  for (const [file, said] of [
    [bytes("PAR1", 0x15, 0x04), /Parquet/],
    [bytes("PK", 3, 4, 20), /spreadsheet/],
    [bytes(0xff, 0xfe, "a", 0), /UTF-16/],
    [bytes("%PDF-1.4"), /PDF/],
    [bytes(0x40, 0x10, 0, 0, 0, 0, 0, 0, '{"__metadata__"'), /model file/],
  ]) {
    assert.match(await otherKind(file), said);
    assert.match(await otherKind(new Blob([file])), said);
  }
  await assert.rejects(checkTable(bytes("PAR1"), "log.parquet"), {
    message:
      "log.parquet is a Parquet file: the page reads text alone, the command reads both",
  });
});

test("text, packed or not, short or empty, may be a table", async () => {
  for (const file of [
    bytes(),
    bytes("a,b"),
    bytes("a,b,c,d\n{1}"),
    bytes("PARTS,PK\n"),
    bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
    bytes(0xef, 0xbb, 0xbf, "a,b"),
  ])
    assert.equal(await otherKind(file), null);
});
