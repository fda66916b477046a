// The whole page's state on workers that answer by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { handWorkers } from "./state.mjs";

globalThis.document = { baseURI: "http://localhost/" };
globalThis.location = { search: "" };
const { Workbench } = await import("../../www/src/state/workbench.svelte.ts");

const DEVICE = { name: "cpu", reason: "a test" };
const INFO = { rows: 1, parts: { train: 1, valid: 0, test: 0 } };
const own = () => new File(["a,b\n1,2\n"], "own.csv");

test("a file whose guess went down with its device is guessed again on the next", async () => {
  const workers = handWorkers();
  const bench = new Workbench();
  const reading = bench.data.openFile(own());
  const first = await workers.next();
  await first.answers("open", DEVICE);
  await first.asked("guessSchema");
  assert.equal(bench.holdsDevice, true);

  const choosing = bench.chooseDevice("webgpu");
  const second = await workers.next();
  await second.answers("open", DEVICE);
  await reading;
  await second.answers("guessSchema", "# guessed");
  await second.answers("describe", INFO);
  await choosing;
  assert.equal(bench.data.failure, null);
  assert.equal(bench.data.schema, "# guessed");
  assert.equal(bench.data.info.rows, 1);
  assert.equal(bench.holdsDevice, false);
});

test("what waits for a device that is not open yet goes on with the one that is chosen", async () => {
  const workers = handWorkers();
  const bench = new Workbench();
  const reading = bench.data.openFile(own());
  const first = await workers.next();
  const { id } = await first.asked("open");
  assert.equal(bench.holdsDevice, false);

  const choosing = bench.chooseDevice("cpu");
  const second = await workers.next();
  await second.answers("open", DEVICE);
  first.fail(id, "device", "too late");
  await second.answers("guessSchema", "# guessed");
  await second.answers("describe", INFO);
  await Promise.all([reading, choosing]);
  assert.equal(bench.data.failure, null);
  assert.equal(bench.data.info.rows, 1);
});

test("a template that was put up where nothing could be guessed is not taken for the file's schema", async () => {
  const workers = handWorkers();
  const bench = new Workbench();
  const reading = bench.data.openFile(own());
  const first = await workers.next();
  await first.answers("open", DEVICE);
  first.fail((await first.asked("guessSchema")).id, "data", "no label");
  await first.answers("schemaToml", "# ads");
  await reading;
  assert.equal(bench.data.failure, "no label");

  const choosing = bench.chooseDevice("cpu");
  const second = await workers.next();
  await second.answers("open", DEVICE);
  second.fail((await second.asked("guessSchema")).id, "data", "no label");
  await second.answers("schemaToml", "# ads");
  await choosing;
  assert.equal(bench.data.failure, "no label");
  assert.equal(bench.data.template, true);
});

test("a link says that edits are not in it, and asks for the training all the same", async () => {
  globalThis.location = { search: "?view=impression&trained&own=cells&row=2" };
  handWorkers();
  const bench = new Workbench();
  globalThis.fetch = () => Promise.reject(new Error("no network"));
  await bench.begin();
  assert.match(bench.notice, /edited fields of an impression/);
  const asked = new URLSearchParams(bench.link);
  assert.deepEqual([...asked.keys()], ["view", "row", "trained"]);

  const own = { name: "own.csv", sample: null, schema: "", table: () => {} };
  const cells = { price: "secret" };
  bench.model.source = own;
  bench.model.info = { weighted: true };
  bench.model.impressions = async () => [{ line: 4, scenario: "a", cells }];
  await bench.impressions.find();
  bench.impression.edit("price", "secret, edited");
  assert.doesNotMatch(bench.link, /secret|cell\./);
  const made = new URLSearchParams(bench.link);
  assert.deepEqual([made.get("row"), made.get("own")], ["4", "cells"]);
  bench.look.view = "scenarios";
  assert.doesNotMatch(bench.link, /row|own/);
  globalThis.location = { search: "" };
});

test("a link names a sample's scenarios, and none of the user's own", () => {
  globalThis.location = { search: "?scenario=linked" };
  const bench = new Workbench();
  globalThis.location = { search: "" };
  const { look, model } = bench;
  const log = (sample) => ({ sample, info: { scenarios: ["Books"] } });
  const named = (scenario) => {
    Object.assign(look, { look: "two", scenario, other: scenario });
    const query = new URLSearchParams(bench.link);
    assert.equal(query.get("other"), query.get("scenario"));
    return query.get("scenario") !== null;
  };
  // What the link said stays, and nothing else is known yet.
  assert.deepEqual(["linked", "Books"].map(named), [true, false]);

  // A model of the sample may have learned scenarios that the reading of it did not find.
  Object.assign(model, {
    source: log("amazon"),
    info: { scenarios: ["Toys"] },
    origin: "trained",
  });
  const names = ["Books", "Toys", "(unknown)", "secret"];
  assert.deepEqual(names.map(named), [true, true, true, false]);
  model.origin = "file";
  assert.deepEqual(names.map(named), [true, false, true, false]);
  model.source = log(null);
  assert.deepEqual(names.map(named), [false, false, false, false]);
});

test("a link that names a scenario that is not here is told so, until the reader picks one or goes on", () => {
  const opened = (search) => {
    globalThis.location = { search };
    const bench = new Workbench();
    globalThis.location = { search: "" };
    assert.equal(bench.absent, null);
    bench.model.explanation = { scenarios: [{ name: "a" }, { name: "b" }] };
    return bench;
  };
  assert.equal(opened("?scenario=a&look=two&other=b").absent, null);
  const bench = opened("?scenario=nobody&look=two&other=no%20one");
  assert.match(bench.absent, /“nobody” and “no one”: others are shown/);
  bench.look.look = "shift";
  assert.match(bench.absent, /“nobody”: another one is shown/);
  bench.look.view = "training";
  assert.equal(bench.absent, null);
  bench.look.view = "scenarios";
  bench.look.scenario = "b";
  assert.equal(bench.absent, null);

  // What was picked here and is not in the next model is no word of the link's.
  bench.look.scenario = "c";
  assert.equal(bench.absent, null);
  const left = opened("?scenario=nobody");
  assert.match(left.absent, /nobody/);
  void left.openFile(own());
  assert.equal(left.absent, null);
  assert.equal(opened("?scenario=nobody&own=data").absent, null);
  assert.ok(opened(`?scenario=${"x".repeat(900)}`).absent.length < 200);
});

test("a link to an impression that is not here is told so", async () => {
  globalThis.location = {
    search: "?sample=ads&view=impression&scenario=x&other=y&row=7",
  };
  const bench = new Workbench();
  globalThis.location = { search: "" };
  const rows = [{ line: 4, scenario: "a", cells: {} }];
  bench.model.source = { sample: "ads", table: () => {} };
  bench.model.info = { weighted: true };
  bench.model.impressions = async () => rows;
  await bench.impressions.find();
  assert.match(bench.absent, /“x”: .* line 7 of the data/);
  bench.scorer.info = { scenarios: ["a", "b"] };
  assert.match(bench.absent, /“x” and “y”/);
  bench.impression.step(1);
  bench.look.scenario = "a";
  bench.look.other = "b";
  assert.equal(bench.absent, null);
});

test("a link to a sample that the site does not carry is told so, in every view", () => {
  const opened = (search) => {
    globalThis.location = { search };
    const bench = new Workbench();
    globalThis.location = { search: "" };
    assert.equal(bench.absent, null);
    bench.data.sample = "amazon";
    return bench;
  };
  const bench = opened("?sample=moon");
  assert.match(bench.absent, /a sample that is not here, “moon”: another/);
  bench.look.view = "training";
  assert.match(bench.absent, /“moon”/);
  bench.data.sample = null;
  assert.equal(bench.absent, null);
  assert.equal(opened("?sample=amazon").absent, null);
  assert.equal(opened("").absent, null);
});
