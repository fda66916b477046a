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
