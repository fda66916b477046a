import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../www/client/index.ts";
import { settle, spawner } from "./worker.mjs";

const INFO = { method: "dpg", scenarios: [], fields: [] };
const csv = new Uint8Array(1);
const open = (spawn, more = {}) =>
  createClient({ spawn, modules: "http://localhost/pkg/", ...more });

test("the client tells the device and every answer where it ran", async () => {
  const { spawn } = spawner(({ op }) =>
    op === "describe" ? { rows: 3 } : undefined,
  );
  const client = await open(spawn);
  assert.deepEqual(client.device, { name: "test", reason: "a test" });
  assert.deepEqual(await client.describe(csv, "amazon"), {
    rows: 3,
    device: "test",
    ms: 1,
  });
});

test("a model says where it was loaded, and its block gives it back", async () => {
  const { spawn, workers } = spawner(({ op }) =>
    op === "load" ? { model: 7, info: INFO } : undefined,
  );
  const client = await open(spawn);
  const model = await client.load(new Uint8Array(1));
  assert.deepEqual([model.device, model.ms], ["test", 1]);
  model[Symbol.dispose]();
  await settle();
  assert.equal(workers[0].last("freeModel").model, 7);
});

test("a device that cannot be had rejects with its reason and stops the worker", async () => {
  const { spawn, workers } = spawner();
  const wrapped = () => {
    const worker = spawn();
    worker.replies = ({ id }) =>
      void queueMicrotask(() => worker.fail(id, "device", "no adapter"));
    return worker;
  };
  await assert.rejects(open(wrapped, { device: "webgpu" }), {
    name: "MidpgError",
    kind: "device",
    message: "no adapter",
  });
  assert.equal(workers[0].terminated, true);
});

test("a typed error reaches only the call that caused it", async () => {
  const { spawn, workers } = spawner(({ op }) =>
    op === "describe" ? { rows: 1 } : undefined,
  );
  const client = await open(spawn);
  const guess = client.guessSchema(csv);
  await settle();
  workers[0].fail(workers[0].last("guessSchema").id, "data", "line 1: empty");
  await assert.rejects(guess, { kind: "data", message: "line 1: empty" });
  assert.equal((await client.describe(csv, "x")).rows, 1);
  assert.equal(workers.length, 1);
});

test("a crash rejects all that waits, and the next call has a new worker", async () => {
  const { spawn, workers } = spawner(({ op }) =>
    op === "describe" ? { rows: 1 } : undefined,
  );
  const client = await open(spawn);
  const calls = [client.guessSchema(csv), client.schemaToml("amazon")];
  await settle();
  workers[0].onerror({ message: "out of memory" });
  for (const call of calls)
    await assert.rejects(call, { kind: "crashed", message: /out of memory/ });
  assert.equal(workers[0].terminated, true);
  assert.equal((await client.describe(csv, "x")).rows, 1);
  assert.equal(workers.length, 2);
});

test("an answer that cannot be read rejects what waits for it", async () => {
  const { spawn, workers } = spawner();
  const client = await open(spawn);
  const call = client.guessSchema(csv);
  await settle();
  workers[0].onmessageerror({});
  await assert.rejects(call, { kind: "crashed", message: /read/ });
  assert.equal(workers[0].terminated, true);
});

test("a trap inside a call counts as a crash", async () => {
  const { spawn, workers } = spawner();
  const client = await open(spawn);
  const call = client.guessSchema(csv);
  await settle();
  workers[0].fail(
    workers[0].last("guessSchema").id,
    "crashed",
    "RuntimeError: unreachable",
  );
  await assert.rejects(call, { kind: "crashed" });
  assert.equal(workers[0].terminated, true);
});

test("a model outlives the worker: its file is loaded again when it is used", async () => {
  const replies = ({ op }) => {
    if (op === "load") return { model: 7, info: INFO };
    if (op === "startScoring") return 9;
    if (op === "nextScores") return null;
    if (op === "endScoring") return null;
    return undefined;
  };
  const { spawn, workers } = spawner(replies);
  const client = await open(spawn);
  const bytes = new Uint8Array([1, 2, 3]);
  const model = await client.load(bytes);
  bytes.fill(0);
  workers[0].onerror({ message: "gone" });
  await client.score(model, csv);
  assert.deepEqual(workers[1].last("load").bytes, new Uint8Array([1, 2, 3]));
  assert.equal(workers[1].last("startScoring").model, 7);
});

for (const [what, ask] of [
  [
    "scoring",
    (client, model, onProgress) => client.score(model, csv, { onProgress }),
  ],
  [
    "comparison",
    (client, _model, onProgress) =>
      client.compare({ csv, schema: "ads", onProgress }),
  ],
]) {
  test(`a crash between two pulls ends a ${what} as crashed and wakes no worker`, async () => {
    const part = {
      scores: new Float32Array(1),
      skipReasons: [],
      outOfVocabulary: {},
    };
    const { spawn, workers } = spawner(({ op }) => {
      if (op === "load") return { model: 7, info: INFO };
      if (op === "startScoring") return 4;
      if (op === "startComparison") return { comparison: 4, trials: [{}] };
      if (op === "nextScores") return part;
      return op === "nextTrial" ? { kind: "progress", share: 0 } : undefined;
    });
    const client = await open(spawn);
    const model = await client.load(new Uint8Array(1));
    const crash = () => workers[0].onerror({ message: "trap" });
    await assert.rejects(ask(client, model, crash), {
      kind: "crashed",
      message: /trap/,
    });
    await settle();
    assert.equal(workers.length, 1);
  });
}

test("a freed model is refused, freeing twice is fine and wakes no worker", async () => {
  const { spawn, workers } = spawner(({ op }) =>
    op === "load" ? { model: 7, info: INFO } : undefined,
  );
  const client = await open(spawn);
  const model = await client.load(new Uint8Array(1));
  const other = await client.load(new Uint8Array(1));
  model.free();
  model.free();
  await settle();
  assert.equal(
    workers[0].posted.filter(({ op }) => op === "freeModel").length,
    1,
  );
  await assert.rejects(client.score(model, csv), { kind: "usage" });
  workers[0].onerror({ message: "gone" });
  other.free();
  await settle();
  assert.equal(workers.length, 1);
});

test("a closed client refuses and stops its worker", async () => {
  const { spawn, workers } = spawner();
  const client = await open(spawn);
  const call = client.guessSchema(csv);
  await settle();
  client.close();
  await assert.rejects(call, { kind: "usage" });
  await assert.rejects(client.guessSchema(csv), { kind: "usage" });
  assert.equal(workers.length, 1);
  assert.equal(workers[0].terminated, true);
});

test("what cannot be sent is a typed error and leaves the client usable", async () => {
  const { spawn } = spawner(({ op }) =>
    op === "describe" ? { rows: 1 } : undefined,
  );
  const refusing = () => {
    const worker = spawn();
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (request) => {
      if (request.op === "guessSchema") throw new Error("DataCloneError");
      post(request);
    };
    return worker;
  };
  const client = await open(refusing);
  await assert.rejects(client.guessSchema(csv), {
    kind: "usage",
    message: /DataCloneError/,
  });
  assert.equal((await client.describe(csv, "x")).rows, 1);
});

test("a file's scores are pulled chunk by chunk, joined in order, and given back", async () => {
  const chunk = (scores, share) => ({
    scores: Float32Array.from(scores),
    skipped: 1,
    skipReasons: ["line 3: no"],
    unknownScenarios: 2,
    outOfVocabulary: { brand: 1 },
    share,
  });
  const chunks = [chunk([0.25, 0.5], 0.5), chunk([0.75], 1), null];
  const { spawn, workers } = spawner(({ op }) => {
    if (op === "load") return { model: 7, info: INFO };
    if (op === "startScoring") return 9;
    if (op === "nextScores") return chunks.shift();
    return op === "endScoring" ? null : undefined;
  });
  const client = await open(spawn);
  const model = await client.load(new Uint8Array(1));
  const told = [];
  const onProgress = (progress) => told.push(progress);
  const result = await client.score(model, csv, { onProgress });
  assert.deepEqual([...result.scores], [0.25, 0.5, 0.75]);
  assert.deepEqual(result.outOfVocabulary, { brand: 2 });
  assert.deepEqual([result.skipped, result.unknownScenarios], [2, 4]);
  assert.deepEqual(told, [
    { rows: 2, share: 0.5 },
    { rows: 3, share: 1 },
  ]);
  assert.equal(workers[0].last("endScoring").scoring, 9);
});

test("a comparison and a scoring that are given up end as cancelled and give back what they held", async () => {
  const { spawn, workers } = spawner(({ op }) => {
    if (op === "load") return { model: 7, info: INFO };
    if (op === "startScoring") return 4;
    if (op === "startComparison") return { comparison: 4, trials: [{}] };
    return op.startsWith("end") ? null : undefined;
  });
  const client = await open(spawn);
  const model = await client.load(new Uint8Array(1));
  const signal = AbortSignal.abort();
  await assert.rejects(client.score(model, csv, { signal }), {
    kind: "cancelled",
  });
  await assert.rejects(client.compare({ csv, schema: "ads", signal }), {
    kind: "cancelled",
  });
  assert.ok(workers[0].last("endScoring") && workers[0].last("endComparison"));
});
