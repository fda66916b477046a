import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../www/client/index.ts";
import { settle, spawner } from "./worker.mjs";

const DONE = {
  kind: "done",
  epochs: 1,
  bestEpoch: 1,
  stoppedEarly: false,
  report: { rows: 1 },
  model: 3,
  info: { method: "dpg" },
  bytes: new Uint8Array([9]),
};
const step = (n) => ({ kind: "step", step: n });
const options = {
  csv: new Uint8Array(1),
  schema: "amazon",
  config: { method: "dpg" },
};

/** A client whose worker tells these events, one a pull. */
async function clientOf(events, more = () => undefined) {
  const queue = [...events];
  const { spawn, workers } = spawner((request, worker) => {
    if (request.op === "startRun") return 5;
    if (request.op === "nextEvent") return queue.shift();
    if (request.op === "cancelRun" || request.op === "pauseRun") return null;
    return more(request, worker);
  });
  const client = await createClient({ spawn, modules: "http://localhost/" });
  return { client, workers };
}

const pulls = (worker) =>
  worker.posted.filter(({ op }) => op === "nextEvent").length;

test("a run gives its events in order and ends with the model", async () => {
  const { client } = await clientOf([
    step(1),
    { kind: "epoch", epoch: 1 },
    DONE,
  ]);
  const kinds = [];
  for await (const event of client.train(options)) {
    kinds.push(event.kind);
    assert.equal(event.device, "test");
    if (event.kind === "done")
      assert.deepEqual(await client.save(event.model), DONE.bytes);
  }
  assert.deepEqual(kinds, ["step", "epoch", "done"]);
});

test("the worker is asked for one event ahead, no more", async () => {
  const { client, workers } = await clientOf([step(1), step(2), step(3), DONE]);
  const run = client.train(options)[Symbol.asyncIterator]();
  await run.next();
  await settle();
  assert.equal(pulls(workers[0]), 2);
  await run.next();
  await settle();
  assert.equal(pulls(workers[0]), 3);
});

test("nothing is trained before the run is iterated", async () => {
  const { client, workers } = await clientOf([]);
  client.train(options);
  await settle();
  assert.equal(workers[0].last("startRun"), undefined);
});

test("leaving the loop early cancels the run", async () => {
  const { client, workers } = await clientOf([step(1), step(2)]);
  for await (const _event of client.train(options)) break;
  await settle();
  assert.equal(workers[0].last("cancelRun").run, 5);
});

test("an abort signal ends the run with a typed error", async () => {
  const { client, workers } = await clientOf([step(1)]);
  const control = new AbortController();
  const run = client.train({ ...options, signal: control.signal });
  const seen = [];
  await assert.rejects(
    async () => {
      for await (const event of run) {
        seen.push(event.kind);
        control.abort();
        await settle();
        const pending = workers[0].last("nextEvent");
        workers[0].fail(pending.id, "cancelled", "the training was cancelled");
      }
    },
    { name: "MidpgError", kind: "cancelled" },
  );
  assert.deepEqual(seen, ["step"]);
});

test("a signal that is aborted already starts nothing", async () => {
  const { client, workers } = await clientOf([step(1)]);
  const run = client.train({ ...options, signal: AbortSignal.abort() });
  await assert.rejects(run[Symbol.asyncIterator]().next(), {
    kind: "cancelled",
  });
  assert.equal(workers[0].last("startRun"), undefined);
});

test("pause and resume are passed on, once each", async () => {
  const { client, workers } = await clientOf([step(1), step(2), DONE]);
  const run = client.train(options);
  const events = run[Symbol.asyncIterator]();
  await events.next();
  run.pause();
  run.pause();
  assert.equal(run.paused, true);
  run.resume();
  await settle();
  const said = workers[0].posted
    .filter(({ op }) => op === "pauseRun")
    .map((r) => r.paused);
  assert.deepEqual(said, [true, false]);
});

test("a run that is paused before it begins begins paused", async () => {
  const { client, workers } = await clientOf([step(1), DONE]);
  const run = client.train(options);
  run.pause();
  await run[Symbol.asyncIterator]().next();
  const ops = workers[0].posted.map(({ op }) => op);
  assert.deepEqual(ops.slice(1, 4), ["startRun", "pauseRun", "nextEvent"]);
  assert.equal(workers[0].last("pauseRun").paused, true);
});

test("a run that is cancelled while it begins is cancelled in the worker", async () => {
  const { client, workers } = await clientOf([]);
  const run = client.train(options);
  const begun = run[Symbol.asyncIterator]().next();
  run.cancel();
  await settle();
  const pending = workers[0].last("nextEvent");
  workers[0].fail(pending.id, "cancelled", "the training was cancelled");
  await assert.rejects(begun, { kind: "cancelled" });
  assert.equal(workers[0].last("cancelRun").run, 5);
});

test("a signal is let go when the run is over", async () => {
  const { client } = await clientOf([step(1), DONE]);
  const { signal } = new AbortController();
  const listening = new Set();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type, listener, ...more) => {
    listening.add(listener);
    addEventListener.call(signal, type, listener, ...more);
  };
  signal.removeEventListener = (type, listener) => {
    listening.delete(listener);
    removeEventListener.call(signal, type, listener);
  };
  const listeners = [];
  for await (const _event of client.train({ ...options, signal }))
    listeners.push(listening.size);
  assert.deepEqual(listeners, [1, 1]);
  assert.equal(listening.size, 0);
});

test("a model that came ahead is given back when the loop is left before it", async () => {
  const { client, workers } = await clientOf([step(1), DONE], ({ op }) =>
    op === "freeModel" ? null : undefined,
  );
  for await (const _event of client.train(options)) {
    await settle();
    break;
  }
  await settle();
  assert.equal(workers[0].last("freeModel").model, DONE.model);
});

test("checkpoints are kept on the run and are no events", async () => {
  const bytes = new Uint8Array([4]);
  const { client } = await clientOf([
    { kind: "checkpoint", step: 3, bytes },
    step(1),
    DONE,
  ]);
  const run = client.train(options);
  const kinds = [];
  for await (const { kind } of run) kinds.push(kind);
  assert.deepEqual(kinds, ["step", "done"]);
  assert.equal(run.checkpoint, bytes);
  assert.equal(run.checkpointStep, 3);
});

test("a crash ends the run and does not wake a new worker", async () => {
  const { client, workers } = await clientOf([step(1)]);
  const events = client.train(options)[Symbol.asyncIterator]();
  await events.next();
  await settle();
  workers[0].onerror({ message: "trap" });
  await assert.rejects(events.next(), { kind: "crashed" });
  await settle();
  assert.equal(workers.length, 1);
});

test("a crash between two events ends the run as crashed", async () => {
  const { client, workers } = await clientOf([step(1), step(2)]);
  const events = client.train(options)[Symbol.asyncIterator]();
  await events.next();
  await settle();
  workers[0].onerror({ message: "trap" });
  assert.equal((await events.next()).value.step, 2);
  await assert.rejects(events.next(), { kind: "crashed", message: /trap/ });
  await settle();
  assert.equal(workers.length, 1);
});

test("a run can be iterated once", async () => {
  const { client } = await clientOf([step(1), DONE]);
  const run = client.train(options);
  for await (const _event of run);
  await assert.rejects(run[Symbol.asyncIterator]().next(), { kind: "usage" });
});
