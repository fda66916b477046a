// Which model is shown, and that everything shown of it is its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ModelState } from "../../www/src/state/model.svelte.ts";
import { handle, HandClient, later, source } from "./state.mjs";

globalThis.document = { baseURI: "http://localhost/" };
const CONFIG = { method: "mi-dpg", lambda: 1, seed: 1 };

function bench(log = source("ads.csv")) {
  const client = new HandClient();
  const device = { now: client, client: async () => device.now };
  const data = { chosen: log !== null, source: log };
  return { client, device, data, model: new ModelState(device, data) };
}

const file = (name) => new File([Uint8Array.of(1)], name);
const fault = (kind, message) => Object.assign(new Error(message), { kind });
const done = (model, report = { auc: 0.7 }) => ({
  kind: "done",
  model,
  report,
});
const showcase = (method) => ({
  schema: "# sample",
  data: { parts: { train: 8, valid: 1, test: 1 } },
  config: CONFIG,
  info: { method, weighted: true },
  report: { auc: 0.6 },
  explanation: `matrices of ${method}`,
});

test("a trained model is there before its matrices, and stays when they fail", async () => {
  const { client, device, model } = bench();
  const trained = handle();
  const adopting = model.adopt(done(trained), CONFIG, source("ads.csv"), null);
  const explaining = await client.called("explain");
  assert.equal(model.info, trained.info);
  assert.equal(model.config, CONFIG);
  assert.deepEqual(model.report, { auc: 0.7 });
  assert.equal(model.busy, true);
  explaining.reject(fault("usage", "the client is closed"));
  await adopting;
  assert.equal(model.info, trained.info);
  assert.equal(model.failure, "the client is closed");
  assert.equal(model.busy, false);

  // On the next device it is loaded from its file.
  const other = (device.now = new HandClient());
  const again = model.explain();
  const loading = await other.called("load");
  assert.equal(loading.given[0], trained.bytes);
  const loaded = handle();
  loading.resolve(loaded);
  const explained = await other.called("explain");
  assert.equal(explained.given[0], loaded);
  explained.resolve("matrices");
  await again;
  assert.equal(model.explanation, "matrices");
  assert.equal(model.failure, null);
});

test("a trained model that no device can hold is given back", async () => {
  const { device, model } = bench();
  device.client = async () => {
    throw fault("device", "no device");
  };
  const trained = handle();
  await model.adopt(done(trained), CONFIG, source("ads.csv"), null);
  assert.equal(trained.freed, true);
  assert.equal(model.info, null);
  assert.equal(model.failure, "no device");
});

for (const [how, end] of [
  ["fails", (call) => call.reject(fault("usage", "this model was freed"))],
  ["ends", (call) => call.resolve("matrices of dpg")],
])
  test(`a sample that is chosen while a file is explained keeps its own pictures when that ${how}`, async () => {
    const { client, model } = bench();
    const opened = handle("dpg");
    const opening = model.open(file("mine.safetensors"));
    (await client.called("load")).resolve(opened);
    const explaining = await client.called("explain");
    await model.show("ads", Promise.resolve(showcase("mi-dpg")));
    assert.equal(opened.freed, true);
    end(explaining);
    await opening;
    assert.equal(model.origin, "sample");
    assert.equal(model.explanation, "matrices of mi-dpg");
    assert.deepEqual(model.report, { auc: 0.6 });
    assert.equal(model.failure, null);
    assert.equal(model.busy, false);
  });

test("of two files, the one that was opened last is shown, however long the first takes", async () => {
  const { client, model } = bench();
  const first = model.open(file("first.safetensors"));
  const slow = await client.called("load");
  const second = model.open(file("second.safetensors"));
  const [early, last] = [handle("dpg"), handle("mi-dpg")];
  (await client.called("load")).resolve(last);
  (await client.called("explain")).resolve("matrices");
  slow.resolve(early);
  await first;
  assert.equal(early.freed, true);
  (await client.called("evaluate")).resolve({ auc: 0.8 });
  await second;
  assert.equal(model.info, last.info);
  assert.equal(model.fileName, "second.safetensors");
  assert.equal(model.explanation, "matrices");
});

test("a sample that comes after a file that was opened later does not take its place", async () => {
  const { client, model } = bench();
  const coming = later();
  const showing = model.show("ads", coming.promise);
  const opened = handle("dpg");
  const opening = model.open(file("mine.safetensors"));
  (await client.called("load")).resolve(opened);
  (await client.called("explain")).resolve("matrices");
  (await client.called("evaluate")).resolve({ auc: 0.8 });
  await opening;
  coming.resolve(showcase("mi-dpg"));
  await showing;
  assert.equal(model.info, opened.info);
  assert.equal(opened.freed, false);
});

test("a file that cannot be opened leaves the model before with its matrices", async () => {
  const { client, model } = bench();
  const trained = handle();
  const adopting = model.adopt(done(trained), CONFIG, source("ads.csv"), null);
  const explaining = await client.called("explain");
  const opening = model.open(file("bad.safetensors"));
  (await client.called("load")).reject(fault("model-file", "cut short"));
  await opening;
  explaining.resolve("matrices");
  await adopting;
  assert.equal(model.info, trained.info);
  assert.equal(model.explanation, "matrices");
  assert.equal(model.failure, "cut short");
});

test("a model that was loaded for one that is not shown any more is given back", async (t) => {
  const { client, model } = bench();
  t.mock.method(
    globalThis,
    "fetch",
    async () => new Response(new Uint8Array(2)),
  );
  await model.show("ads", Promise.resolve(showcase("mi-dpg")));
  const asked = model.handle();
  const loading = await client.called("load");
  await model.show("iaac", Promise.resolve(showcase("dpg")));
  const late = handle();
  loading.resolve(late);
  await assert.rejects(asked, /another model/);
  assert.equal(late.freed, true);

  // Two callers that want the same one share it.
  const callers = [model.handle(), model.handle()];
  const [one, two] = [handle(), handle()];
  (await client.called("load")).resolve(one);
  (await client.called("load")).resolve(two);
  const [first, second] = await Promise.all(callers);
  assert.equal(first, second);
  assert.deepEqual([one, two].map(({ freed }) => freed).sort(), [false, true]);
});

test("a file's model is explained even where it cannot be measured", async () => {
  const { client, model } = bench(source("own.csv"));
  const opening = model.open(file("mine.safetensors"));
  (await client.called("load")).resolve(handle());
  (await client.called("explain")).resolve("matrices");
  for (let part = 0; part < 3; part++)
    (await client.called("evaluate")).reject(
      fault("data", "the data has no labels"),
    );
  await opening;
  assert.equal(model.explanation, "matrices");
  assert.equal(model.report, null);
  assert.equal(model.failure, "the data has no labels");
});

test("a log without test rows is measured on what it has, and the words say so", async () => {
  const { client, model } = bench(source("own.csv"));
  const opening = model.open(file("mine.safetensors"));
  (await client.called("load")).resolve(handle());
  (await client.called("explain")).resolve("matrices");
  const test = await client.called("evaluate");
  assert.equal(test.given[2], "test");
  test.reject(fault("data", "the part to evaluate has no rows"));
  const valid = await client.called("evaluate");
  assert.equal(valid.given[2], "valid");
  valid.resolve({ auc: 0.8 });
  await opening;
  assert.equal(model.measured, "validation part of own.csv");
  assert.equal(model.failure, null);
});

test("a crash is no reason to measure another part", async () => {
  const { client, model } = bench();
  const opening = model.open(file("mine.safetensors"));
  (await client.called("load")).resolve(handle());
  (await client.called("explain")).resolve("matrices");
  (await client.called("evaluate")).reject(fault("crashed", "out of memory"));
  await opening;
  assert.equal(model.failure, "out of memory");
});

test("a trained model says which rows its report is of", async () => {
  const { client, model } = bench();
  const log = source("small.csv", { train: 9, valid: 1, test: 0 });
  const adopting = model.adopt(done(handle()), CONFIG, log, null);
  (await client.called("explain")).resolve("matrices");
  await adopting;
  assert.equal(model.measured, "validation part of small.csv, after training");
});

test("what is asked of a model is asked on its own data, whatever is opened since", async () => {
  const { client, data, model } = bench();
  const log = data.source;
  const adopting = model.adopt(done(handle()), CONFIG, log, null);
  const explaining = await client.called("explain");
  assert.equal(explaining.given[1], log.bytes);
  explaining.resolve("matrices");
  await adopting;
  assert.equal(model.apart, null);
  data.source = source("own.csv");
  assert.equal(model.apart, "own.csv has been opened since");
  assert.equal(await model.table(), log.bytes);
  const looking = model.impressions();
  const call = await client.called("impressions");
  assert.equal(call.given[1], log.bytes);
  call.resolve([]);
  await looking;
  data.source = { ...log, schema: "# edited" };
  assert.equal(model.apart, "the schema has been changed since");
});

test("a model opened before there is data takes what is chosen first", async () => {
  const { client, data, model } = bench(null);
  const opened = handle();
  const opening = model.open(file("mine.safetensors"));
  (await client.called("load")).resolve(opened);
  await opening;
  assert.equal(model.source, null);
  const log = source("own.csv");
  Object.assign(data, { chosen: true, source: log });
  const explaining = model.explain();
  const call = await client.called("explain");
  assert.equal(call.given[1], log.bytes);
  call.resolve("matrices");
  await explaining;
  assert.equal(model.source, log);
});

test("what is wrong with the log that a model is opened on is told by the log's name", async () => {
  const { client, model } = bench(source("own.csv"));
  const opening = model.open(file("mine.safetensors"));
  (await client.called("load")).resolve(handle());
  const explaining = await client.called("explain");
  explaining.reject(fault("data", "data:7: the row has 2 cells"));
  (await client.called("evaluate")).reject(fault("usage", "closed"));
  await opening;
  assert.equal(model.failure, "closed");

  const again = model.explain();
  (await client.called("explain")).reject(
    fault("schema", "data: there is no column price"),
  );
  await again;
  assert.equal(model.failure, "own.csv: there is no column price");
});
