import assert from "node:assert/strict";
import { test } from "node:test";
import { curveData } from "../../www/src/lib/curve.ts";
import {
  DEFAULTS,
  readOptions,
  trainConfig,
} from "../../www/src/lib/options.ts";

test("a link sets what it names and nothing else", () => {
  const options = readOptions(
    "?device=webgpu&batch=64&maxSteps=4&method=dpg&sample=iaac",
  );
  assert.deepEqual(options, {
    ...DEFAULTS,
    device: "webgpu",
    batch: 64,
    maxSteps: 4,
    method: "dpg",
    sample: "iaac",
  });
});

test("what a link sets wrongly stays at its default", () => {
  const wrong =
    "?device=tpu&batch=many&epochs=-3&lr=&toString=1&constructor=x&hidden=64,,x";
  assert.deepEqual(readOptions(wrong), DEFAULTS);
});

test("hidden widths are a list", () => {
  const options = readOptions("?hidden=32,%2016");
  assert.deepEqual(trainConfig(options).hidden, [32, 16]);
});

test("the trainer gets its settings, not the page's", () => {
  assert.equal("device" in trainConfig(DEFAULTS), false);
  assert.equal("sample" in trainConfig(DEFAULTS), false);
  assert.equal("maxSteps" in trainConfig(DEFAULTS), false);
  assert.equal(trainConfig({ ...DEFAULTS, maxSteps: 4 }).maxSteps, 4);
});

test("a field that was emptied has the page's default", () => {
  const emptied = { ...DEFAULTS, lambda: null, seed: null, epochs: null };
  assert.deepEqual(trainConfig(emptied), trainConfig(DEFAULTS));
});

test("the curve's columns line up and smoothing starts at the first loss", () => {
  const points = [1, 2, 3].map((step) => ({
    step,
    bce: step,
    validAuc: null,
    validLogloss: null,
  }));
  const [steps, raw, smooth, logloss, auc] = curveData(points);
  assert.deepEqual(steps, [1, 2, 3]);
  assert.deepEqual(raw, [1, 2, 3]);
  assert.deepEqual(smooth, [1, 1.5, 2]);
  assert.deepEqual([logloss.length, auc.length], [3, 3]);
});
