// The table of similar scenarios: as many as can be read, and all in a file.
import assert from "node:assert/strict";
import { test } from "node:test";
import { largest, similarityCsv } from "../../www/src/lib/similarity.ts";

test("the scenarios with the most rows are shown, in their own order", () => {
  const scenarios = [5, 1, 9, 7].map((rows, i) => ({ name: `s${i}`, rows }));
  assert.deepEqual(largest(scenarios, 3), [0, 2, 3]);
  assert.deepEqual(largest(scenarios, 9), [0, 1, 2, 3]);
});

test("the file has every scenario, and a place without a value is empty", () => {
  const text = similarityCsv({
    scenarios: [
      { name: "a, b", rows: 1 },
      { name: "c", rows: 1 },
    ],
    similarity: Float32Array.of(1, -0.25, -0.25, NaN),
  });
  assert.equal(text, 'Scenario,"a, b",c\n"a, b",1.0000,-0.2500\nc,-0.2500,\n');
});
