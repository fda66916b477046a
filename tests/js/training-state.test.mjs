import assert from "node:assert/strict";
import { test } from "node:test";
import { MidpgError } from "../../www/client/index.ts";
import { TrainingState } from "../../www/src/state/training.svelte.ts";
import { handle, HandClient, source } from "./state.mjs";

const STEP = { kind: "step", step: 1, steps: 4, bce: 0.5 };

/** A training that has told its first step. */
async function running() {
  const client = new HandClient();
  const training = new TrainingState({
    client: async () => client,
    canBeLost: false,
  });
  const ended = training.start(source("ads.csv"), { method: "mi-dpg" });
  const { run } = await client.called("train");
  await run.give(STEP);
  return { training, ended, run, client };
}

test("a run that was cancelled is not stopped by what becomes of its worker", async () => {
  const { training, ended, run } = await running();
  training.cancel();
  run.fail(new MidpgError("usage", "the client is closed"));
  assert.equal(await ended, null);
  assert.equal(training.status, "cancelled");
  assert.equal(training.failure, null);
});

test("a run that fails says why", async () => {
  const { training, ended, run } = await running();
  run.fail(new MidpgError("training", "the loss is not a number"));
  assert.equal(await ended, null);
  assert.equal(training.status, "failed");
  assert.equal(training.failure, "the loss is not a number");
});

test("a model that is there when its run is cancelled is given back", async () => {
  const { training, ended, run } = await running();
  const model = handle();
  training.cancel();
  run.give({ kind: "done", model, report: null });
  assert.equal(await ended, null);
  assert.equal(model.freed, true);
  assert.equal(training.status, "cancelled");
});

test("a run that is over says on which part of the data it was measured", async () => {
  const parts = [
    [{ train: 8, valid: 1, test: 1 }, {}, "test part"],
    [{ train: 8, valid: 1, test: 0 }, {}, "validation part"],
    [{ train: 8, valid: 0, test: 0 }, null, null],
  ];
  for (const [has, report, measured] of parts) {
    const client = new HandClient();
    const device = { client: async () => client, canBeLost: false };
    const training = new TrainingState(device);
    const ended = training.start(source("ads.csv", has), { method: "dnn" });
    const { run } = await client.called("train");
    run.give({ kind: "done", model: handle(), report });
    await ended;
    assert.equal(training.past[0].measured, measured);
  }
});

test("the time of a run is without its pauses", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const { training, ended, run } = await running();
  now += 1000;
  await run.give(STEP);
  assert.equal(training.seconds, 1);
  training.togglePause();
  now += 60_000;
  training.togglePause();
  now += 500;
  run.give({ kind: "done", model: handle(), report: null });
  await ended;
  assert.equal(training.past[0].seconds, 1.5);
});
