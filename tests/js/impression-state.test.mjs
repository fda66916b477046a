// Which impression is looked at, what was edited of it, and what of that goes into a link.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ImpressionState } from "../../www/src/state/impression.svelte.ts";
import { source } from "./state.mjs";

const row = (line, scenario, price) => ({
  line,
  scenario,
  label: null,
  cells: { place: scenario, price },
});
const ROWS = [row(2, "a", "1"), row(5, "a", null), row(9, "b", "3")];
const NOWHERE = { row: null, cells: {}, kept: false };
const of = (sample) => source(`${sample ?? "own"}.csv`, undefined, sample);

/** A page that was opened with a link, and the model that it shows. */
function opened(search, shown = of("ads")) {
  const model = { source: shown, apart: null };
  const look = { scenario: new URLSearchParams(search).get("scenario") };
  const found = { value: ROWS };
  const impression = new ImpressionState(search, model, look, found);
  return { impression, model, look, found };
}

test("without a pick it is the first of the scenario that is looked at, and a link says nothing", () => {
  const { impression, look } = opened("");
  assert.equal(impression.current.line, 2);
  look.scenario = "b";
  assert.equal(impression.current.line, 9);
  assert.deepEqual(impression.place, NOWHERE);
});

test("steps go round, and end what was edited and what another scenario is asked for", () => {
  const { impression, look } = opened("");
  impression.step(-1);
  assert.equal(impression.current.line, 9);
  impression.edit("price", "7");
  impression.step(1);
  assert.deepEqual(impression.place, { ...NOWHERE, row: 2 });
  impression.step(1);
  assert.equal(impression.current.line, 5);
  look.scenario = "b";
  assert.equal(impression.current.line, 9);
  assert.deepEqual(impression.place, NOWHERE);
});

test("an edit is what differs from the data, and is undone", () => {
  const { impression } = opened("");
  impression.edit("price", "7");
  assert.deepEqual(impression.cells, { place: "a", price: "7" });
  assert.deepEqual(impression.edits, { price: "7" });
  impression.edit("price", "1");
  assert.deepEqual(impression.edits, {});
  impression.edit("price", null);
  assert.deepEqual(impression.place, {
    ...NOWHERE,
    row: 2,
    cells: { price: null },
  });
  impression.reset();
  assert.deepEqual(impression.cells, ROWS[0].cells);
});

test("a link brings back its row and edits of a sample, and keeps them until they are here", () => {
  const link = "?sample=ads&view=impression&row=5&cell.price=7&cell.moon=1";
  const { impression, model, found } = opened(link, null);
  found.value = null;
  const { cells, ...rest } = impression.place;
  assert.deepEqual(rest, { row: 5, kept: false });
  assert.equal(cells.price, "7");
  model.source = of("ads");
  found.value = ROWS;
  assert.equal(impression.current.line, 5);
  assert.deepEqual(impression.cells, { place: "a", price: "7" });
  assert.deepEqual(impression.place, {
    ...NOWHERE,
    row: 5,
    cells: { price: "7" },
  });
});

test("a link's row is of its own log: not of another sample, not of a file, and back again", () => {
  const { impression, model } = opened("?sample=ads&row=5&cell.price=7");
  for (const other of [of("iaac"), of(null)]) {
    model.source = other;
    assert.equal(impression.current.line, 2);
    assert.deepEqual(impression.cells, ROWS[0].cells);
    assert.deepEqual(impression.place, NOWHERE);
  }
  model.source = of("ads");
  assert.equal(impression.cells.price, "7");
});

test("a link's row of a file waits for the file", () => {
  const { impression, model } = opened("?own=data&row=9", of("amazon"));
  assert.equal(impression.current.line, 2);
  model.source = of(null);
  assert.equal(impression.current.line, 9);
});

test("a row that the data does not have is the first, and no longer in the link", () => {
  const { impression } = opened("?sample=ads&row=900&cell.price=7");
  assert.equal(impression.current.line, 2);
  assert.deepEqual(impression.edits, {});
  assert.deepEqual(impression.place, NOWHERE);
});

test("of a file of the user's own a link has the number of the row and no cell, whatever becomes of the model", () => {
  const own = of(null);
  const { impression, model, found } = opened("", own);
  impression.step(1);
  impression.edit("price", "secret");
  const kept = { row: 5, cells: {}, kept: true };
  assert.deepEqual(impression.place, kept);
  // While a model is trained anew on it, its impressions are not known.
  found.value = null;
  assert.deepEqual(impression.place, kept);
  found.value = ROWS;
  assert.equal(impression.cells.price, "secret");
  // Another log is opened: first its rows, then a model of it.
  model.apart = "ads.csv has been opened since";
  assert.deepEqual(impression.place, NOWHERE);
  Object.assign(model, { source: of("ads"), apart: null });
  assert.deepEqual(impression.place, NOWHERE);
  assert.deepEqual(impression.edits, {});
  model.source = null;
  assert.deepEqual(impression.place, kept);
});

test("edits that are too long for a link are not in it, and that is said", () => {
  const { impression } = opened("");
  impression.edit("price", "9".repeat(2000));
  assert.deepEqual(impression.place, { row: 2, cells: {}, kept: true });
});
