// What is said of a comparison in the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ComparisonState } from "../../www/src/state/comparison.svelte.ts";
import { source } from "./state.mjs";

test("a comparison says on which part of the data its methods were measured", async () => {
  for (const [rows, measured] of [
    [1, "test part"],
    [0, "validation part"],
  ]) {
    const table = { test_rows: 1, methods: [] };
    const client = {
      compare: async () => ({ table, csv: "", device: "test" }),
    };
    const data = source("ads.csv", { train: 8, valid: 1, test: rows });
    const comparison = new ComparisonState(
      { client: async () => client },
      data,
    );
    await comparison.start(["dnn"], 1, {});
    assert.equal(comparison.failure, null);
    assert.equal(comparison.of, "ads.csv");
    assert.equal(comparison.measured, measured);
  }
});

test("a table that comes with every step is taken when a trial is over", async () => {
  const seen = [];
  let comparison;
  const client = {
    compare: async ({ onProgress }) => {
      for (const done of [0, 0, 1, 1]) {
        const table = done === 0 ? null : { test_rows: 1, methods: [] };
        onProgress({ done, trials: 2, trial: null, share: 0, table });
        seen.push(comparison.table);
      }
      return { table: seen.at(-1), csv: "", device: "test" };
    },
  };
  comparison = new ComparisonState(
    { client: async () => client },
    source("ads.csv"),
  );
  await comparison.start(["dnn"], 2, {});
  assert.deepEqual(seen.slice(0, 2), [null, null]);
  assert.notEqual(seen[2], null);
  assert.equal(seen[3], seen[2]);
});
