// Settings that no module could be told are refused in words of the caller's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkConfig, checkSeed } from "../../www/client/config.ts";
import { DEFAULTS, trainConfig } from "../../www/src/lib/options.ts";

test("what counts is a whole number, and a seed has 32 bits", () => {
  checkConfig({ method: "dnn" });
  checkConfig({ ...trainConfig(DEFAULTS), seed: 4294967295, patience: 0 });
  for (const [config, said] of [
    [{ epochs: 1.5 }, /^epochs is 1.5; it must be a whole number/],
    [{ seed: -1 }, /^seed is -1; /],
    [{ seed: 4294967296 }, /^seed is 4294967296; .* at most 4294967295$/],
    [{ batch: NaN }, /^batch is NaN; /],
    [{ hidden: [64, 0.5] }, /^hidden is 0.5; /],
  ])
    assert.throws(
      () => checkConfig({ ...trainConfig(DEFAULTS), ...config }),
      ({ kind, message }) => kind === "config" && said.test(message),
    );
});

test("a seed beside other counts is checked as that of a training is", () => {
  checkSeed(0, ["perScenario", 60]);
  for (const [seed, perScenario, said] of [
    [2 ** 40, 1, /^seed is 1099511627776; .* at most/],
    [1.5, 1, /^seed is 1.5; /],
    [1, -1, /^perScenario is -1; /],
  ])
    assert.throws(
      () => checkSeed(seed, ["perScenario", perScenario]),
      ({ kind, message }) => kind === "config" && said.test(message),
    );
});
