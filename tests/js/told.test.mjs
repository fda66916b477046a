// An error of a table is told by the table's own name, and says what to do where one row is at fault.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MidpgError } from "../../www/client/index.ts";
import { isBadRow, lineOf, toldOf } from "../../www/src/lib/told.ts";

test("a row that cannot be read is found by its file and line", () => {
  const error = new MidpgError("data", "data:301: the row has 7 cells");
  assert.equal(
    toldOf(error, "own.csv", "take it out"),
    "own.csv, line 301: the row has 7 cells; take it out",
  );
  assert.ok(isBadRow(error));
  assert.ok(!isBadRow(new MidpgError("data", "data: the file is empty")));
  assert.ok(!isBadRow(new Error("data:7: not a message of the modules")));
});

test("what concerns the whole file needs no such advice, and other errors are left alone", () => {
  const empty = new MidpgError("data", "data: the file is empty");
  assert.equal(toldOf(empty, "own.csv", "–"), "own.csv: the file is empty");
  const lacking = new MidpgError("schema", "data: there is no column a");
  assert.equal(
    toldOf(lacking, "own.csv", "–"),
    "own.csv: there is no column a",
  );
  for (const error of [
    new MidpgError("schema", "schema: field data: unknown"),
    new MidpgError("data", "no row is left to train on"),
    new Error("data:7: not a message of the modules"),
  ])
    assert.equal(toldOf(error, "own.csv", "–"), error.message);
});

test("why a row was left out is told by its line", () => {
  assert.equal(lineOf("data:12: no label"), "line 12: no label");
  assert.equal(lineOf("line 3: no"), "line 3: no");
});
