import assert from "node:assert/strict";
import { test } from "node:test";
import { DiversityState } from "../../www/src/state/diversity.svelte.ts";
import { handle, HandClient, later, source } from "./state.mjs";

const CONFIG = { method: "mi-dpg", lambda: 1, seed: 1 };

function bench(scenarios = []) {
  const client = new HandClient();
  const device = { opening: Promise.resolve(client) };
  device.client = () => device.opening;
  const mine = handle("mi-dpg", { scenarios });
  const log = source("ads.csv");
  const model = {
    info: mine.info,
    origin: "trained",
    config: CONFIG,
    source: log,
    apart: null,
    mutualInformation: null,
    report: { auc: 0.7 },
    lambda: 1,
    handle: async () => mine,
    table: log.table,
  };
  const diversity = new DiversityState(device, model);
  return { client, device, diversity, log, model };
}

test("another network is trained once, however often it is asked for while the module loads", async () => {
  const { client, device, diversity, log } = bench();
  const opening = later();
  device.opening = opening.promise;
  const first = diversity.retrain(0);
  assert.equal(diversity.active, true);
  await diversity.retrain(0.5);
  opening.resolve(client);
  const { run } = await client.called("train");
  assert.equal(run.options.schema, log.schema);
  assert.deepEqual(run.options.config, { ...CONFIG, method: "dpg", lambda: 0 });
  run.give({ kind: "step", step: 1, steps: 2 });
  run.give({ kind: "done", model: handle(), report: { auc: 0.6 } });
  (await client.called("map")).resolve("a map");
  await first;
  assert.equal(client.runs.length, 1);
  assert.equal(diversity.other.auc, 0.6);
  assert.equal(diversity.active, false);
});

test("cancelled while the module loads, it is over for the reader at once", async () => {
  const { client, device, diversity } = bench();
  const opening = later();
  device.opening = opening.promise;
  const first = diversity.retrain(0);
  diversity.cancel();
  assert.equal(diversity.active, false);
  opening.resolve(client);
  const { run } = await client.called("train");
  assert.equal(run.options.signal.aborted, true);
  run.fail(new Error("the training was cancelled"));
  await first;
  assert.equal(diversity.failure, null);
  assert.equal(diversity.other, null);
});

test("a run that was cancelled does not end the next one", async () => {
  const { client, diversity } = bench();
  const first = diversity.retrain(0);
  const { run } = await client.called("train");
  diversity.cancel();
  const second = diversity.retrain(0.5);
  const next = (await client.called("train")).run;
  run.fail(new Error("the client is closed"));
  await first;
  assert.equal(diversity.active, true);
  assert.equal(diversity.failure, null);
  next.give({ kind: "done", model: handle(), report: null });
  (await client.called("map")).resolve("a map");
  await second;
  assert.equal(diversity.other.lambda, 0.5);
});

test("the other network is given back, laid out or not", async () => {
  const { client, diversity } = bench();
  const training = diversity.retrain(0);
  const model = handle();
  (await client.called("train")).run.give({
    kind: "done",
    model,
    report: null,
  });
  (await client.called("map")).reject(new Error("too few rows"));
  await training;
  assert.equal(model.freed, true);
  assert.equal(diversity.failure, "too few rows");
  assert.equal(diversity.active, false);

  const again = diversity.retrain(0);
  const { run } = await client.called("train");
  const unwanted = handle();
  diversity.cancel();
  run.give({ kind: "done", model: unwanted, report: null });
  await again;
  assert.equal(unwanted.freed, true);
});

test("none is trained beside a model of other data, or one of which too little is known", async () => {
  const { client, diversity, model } = bench();
  assert.equal(diversity.obstacle, null);
  model.apart = "own.csv has been opened since";
  assert.match(diversity.obstacle, /own\.csv has been opened since/);
  await diversity.retrain(0);
  Object.assign(model, { apart: null, config: null });
  assert.match(diversity.obstacle, /model file/);
  await diversity.retrain(0);
  assert.equal(client.runs.length, 0);
});

test("a map that failed is laid out when it is asked for again", async () => {
  const { client, diversity, log } = bench();
  const first = diversity.find();
  assert.equal(diversity.busy, true);
  (await client.called("map")).reject(new Error("the client is closed"));
  await first;
  assert.equal(diversity.failure, "the client is closed");
  assert.equal(diversity.busy, false);
  const second = diversity.find();
  assert.equal(diversity.failure, null);
  const call = await client.called("map");
  assert.equal(call.given[1], log.bytes);
  call.resolve("a map");
  await second;
  assert.equal(diversity.mine.map, "a map");
});

test("a map that comes after another model is shown is not shown as its own", async () => {
  const { client, diversity, model } = bench();
  const first = diversity.find();
  const slow = await client.called("map");
  model.info = handle("dpg").info;
  const second = diversity.find();
  const call = await client.called("map");
  slow.resolve("the first's");
  await first;
  assert.equal(diversity.mine, null);
  assert.equal(diversity.busy, true);
  call.resolve("the second's");
  await second;
  assert.equal(diversity.mine.map, "the second's");
  model.info = handle("mi-dpg").info;
  assert.equal(diversity.mine, null);
});

test("scenarios have as many points each as a map of all of them has room for, and two at least", async () => {
  for (const [scenarios, points] of [
    [3, 60],
    [41, 60],
    [300, 8],
    [5000, 2],
  ]) {
    const { client, diversity } = bench(Array(scenarios).fill("a"));
    const finding = diversity.find();
    const { given, resolve } = await client.called("map");
    assert.equal(given[2].perScenario, points);
    resolve("a map");
    await finding;
  }
});
