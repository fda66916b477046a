import assert from "node:assert/strict";
import { test } from "node:test";
import { createScorerPool } from "../../www/client/pool.ts";
import { pieces } from "../../www/client/rows.ts";
import { settle } from "./worker.mjs";

const INFO = {
  method: "dpg",
  schema: {},
  scenarios: [],
  columns: ["x"],
  fields: [{ kind: "id" }, { kind: "bag" }, { kind: "dense" }],
};
// The smallest module there is.
const WASM = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
const rows = (count) => Array.from({ length: count }, (_, x) => ({ x }));

/** A worker that exists only in tests; it answers by hand or, with `scores`, by itself. */
class FakeWorker {
  posted = [];
  terminated = false;

  postMessage(task, transfer) {
    this.posted.push({ task, transfer });
    if (task.op === "open") queueMicrotask(() => this.open());
    else if (this.scores) queueMicrotask(() => this.score(task));
  }

  open() {
    this.onmessage?.({ data: { kind: "ready", info: INFO } });
  }

  score(task) {
    const values =
      task.op === "rows"
        ? JSON.parse(task.cells).map(([x]) => Number(x))
        : task.rows.ids.subarray(0, task.rows.rowCount);
    const data = { kind: "scores", scores: Float32Array.from(values) };
    this.onmessage?.({ data });
  }

  /** Answers the n-th task that is not `open`. */
  answer(n) {
    this.score(this.tasks[n]);
  }

  fail(kind, message) {
    this.onmessage?.({ data: { kind: "failure", error: { kind, message } } });
  }

  get tasks() {
    return this.posted
      .map(({ task }) => task)
      .filter(({ op }) => op !== "open");
  }

  terminate() {
    this.terminated = true;
  }
}

async function make(options = {}, change = () => undefined) {
  const workers = [];
  const spawn = () => {
    const worker = new FakeWorker();
    change(worker, workers.length);
    workers.push(worker);
    return worker;
  };
  const model = new Uint8Array([1, 2, 3]);
  const more = { size: 2, chunk: 4, ...options };
  const pool = createScorerPool({ model, module: WASM, spawn, ...more });
  return { pool: await pool, workers };
}

const working = (worker) => (worker.scores = true);

test("rows come back in their order, whoever is done first", async () => {
  const { pool, workers } = await make();
  const all = pool.scoreRows(rows(14));
  await settle();
  assert.deepEqual(
    workers.map(({ tasks }) => tasks.length),
    [2, 2],
  );
  workers[1].answer(0);
  workers[1].answer(1);
  await settle();
  workers[0].answer(0);
  workers[0].answer(1);
  assert.deepEqual([...(await all)], [...Array(14).keys()]);
  assert.equal((await pool.scoreRows([])).length, 0);
});

test("a worker has two messages at most, of at most so many rows", async () => {
  const { pool, workers } = await make({ size: 1 });
  const all = pool.scoreRows(rows(40));
  for (let n = 0; n < 10; n++) {
    await settle();
    assert.equal(workers[0].tasks.length, Math.min(n + 2, 10));
    assert.ok(JSON.parse(workers[0].tasks[n].cells).length <= 4);
    workers[0].answer(n);
  }
  assert.deepEqual([...(await all)], [...Array(40).keys()]);
});

test("all workers share one compiled module and get the model's bytes", async () => {
  const { pool, workers } = await make({ size: 3 });
  assert.equal(workers.length, 3);
  assert.deepEqual(pool.info, INFO);
  const [first, ...others] = workers.map(({ posted }) => posted[0].task);
  assert.ok(first.module instanceof WebAssembly.Module);
  assert.deepEqual([...first.model], [1, 2, 3]);
  for (const { module } of others) assert.equal(module, first.module);
});

test("ids are cut by rows, moved, and scored into the caller's array", async () => {
  const { pool, workers } = await make({}, working);
  const rowCount = 6;
  // One id a row; bags of 0, 1, 2, 0, 1, 2 ids; one number a row.
  const ids = Uint32Array.of(...Array(rowCount).keys(), 7, 8, 9, 10, 11, 12);
  const offsets = Uint32Array.of(0, 0, 1, 3, 3, 4, 6);
  const dense = Float32Array.of(0, 1, 2, 3, 4, 5);
  const out = new Float32Array(8).fill(-1);
  const scores = await pool.scoreIds({ ids, offsets, dense, rowCount, out });
  assert.equal(scores.buffer, out.buffer);
  assert.deepEqual([...out], [0, 1, 2, 3, 4, 5, -1, -1]);
  const [one] = workers[0].tasks;
  assert.deepEqual([...one.rows.ids], [0, 1, 2, 3, 7, 8, 9]);
  assert.deepEqual([...one.rows.offsets], [0, 0, 1, 3, 3]);
  const [two] = workers[1].tasks;
  assert.deepEqual([...two.rows.ids], [4, 5, 10, 11, 12]);
  assert.deepEqual([...two.rows.offsets], [0, 1, 3]);
  assert.deepEqual([...two.rows.dense], [4, 5]);
  assert.equal(workers[0].posted[1].transfer.length, 3);
  assert.equal(ids.length, 12, "the caller's arrays stay");
});

test("ids that do not fit together are one piece, for the wasm to refuse", () => {
  const shape = { singles: 1, bags: 1, dense: 0 };
  for (const [ids, offsets] of [
    [
      [1, 2],
      [0, 0, 0, 0],
    ],
    [
      [1, 2, 3],
      [0, 1, 0, 0],
    ],
    [
      [1, 2, 3, 4],
      [0, 0, 0],
    ],
    [
      [1, 2, 3, 4],
      [1, 1, 1, 1],
    ],
  ]) {
    const given = {
      ids: Uint32Array.from(ids),
      offsets: Uint32Array.from(offsets),
      rowCount: 3,
    };
    const cut = pieces(given, shape, 2).map((piece) => piece());
    assert.equal(cut.length, 1);
    assert.deepEqual(cut[0].ids, given.ids);
    assert.equal(cut[0].rowCount, 3);
  }
});

test("an error has its kind and the caller's row, and the pool goes on", async () => {
  const { pool, workers } = await make();
  const all = pool.scoreRows(rows(30));
  await settle();
  // The second message's row 1 is the call's row 5; the third's comes later, though it is heard of first.
  workers[0].answer(0);
  workers[0].fail("data", "row 0: later");
  workers[1].fail("data", "row 1: no number");
  await settle();
  workers[1].answer(1);
  await assert.rejects(all, { kind: "data", message: "row 5: no number" });
  for (const worker of workers) worker.scores = true;
  const sent = workers.flatMap(({ tasks }) => tasks).length;
  assert.ok(sent < 8, "what is left of a call that failed is not sent");
  assert.deepEqual([...(await pool.scoreRows(rows(2)))], [0, 1]);
});

test("a crashed worker rejects what it had and is replaced", async () => {
  const { pool, workers } = await make();
  const first = pool.scoreRows(rows(4));
  const second = pool.scoreRows(rows(4));
  await settle();
  workers[0].onerror({ message: "out of memory" });
  await assert.rejects(first, { kind: "crashed", message: /out of memory/ });
  assert.equal(workers[0].terminated, true);
  workers[1].answer(0);
  assert.equal((await second).length, 4);
  await settle();
  assert.equal(workers.length, 3);
  assert.deepEqual([...workers[2].posted[0].task.model], [1, 2, 3]);
  workers[1].scores = workers[2].scores = true;
  assert.equal((await pool.scoreRows(rows(20))).length, 20);
  assert.ok(workers[2].tasks.length > 0);
});

test("a trap inside a call counts as a crash", async () => {
  const { pool, workers } = await make({ size: 1 });
  const call = pool.scoreRows(rows(1));
  await settle();
  workers[0].fail("crashed", "RuntimeError: unreachable");
  await assert.rejects(call, { kind: "crashed" });
  await settle();
  assert.equal(workers.length, 2);
});

test("a replacement that cannot start is the end, told to all who wait", async () => {
  const { pool, workers } = await make({ size: 1 }, (worker, n) => {
    if (n > 0) worker.open = () => worker.onerror({ message: "gone" });
  });
  const calls = [pool.scoreRows(rows(1)), pool.scoreRows(rows(40))];
  await settle();
  workers[0].onerror({ message: "first" });
  for (const call of calls) await assert.rejects(call, { kind: "crashed" });
  await settle();
  assert.equal(workers.length, 2);
  const late = pool.scoreRows(rows(1));
  await assert.rejects(late, { kind: "crashed", message: /make another pool/ });
});

test("a model that is none rejects with its kind and leaves no worker", async () => {
  const kept = [];
  const refused = make({}, (worker) => {
    worker.open = () => worker.fail("model-file", "not a model");
    kept.push(worker);
  });
  await assert.rejects(refused, { name: "MidpgError", kind: "model-file" });
  assert.ok(kept.length === 2 && kept.every(({ terminated }) => terminated));
});

test("what is no size, no chunk, no count and no wasm is an error", async () => {
  await assert.rejects(make({ size: 0 }), { kind: "usage" });
  await assert.rejects(make({ chunk: 1.5 }), { kind: "usage" });
  await assert.rejects(make({ module: new Uint8Array(3) }), { kind: "io" });
  const { pool } = await make({}, working);
  const ids = new Uint32Array();
  await assert.rejects(pool.scoreIds({ ids, rowCount: -1 }), { kind: "usage" });
  const call = pool.scoreIds({ ids, rowCount: 2, out: new Float32Array(1) });
  await assert.rejects(call, { kind: "usage", message: /1 places/ });
});

test("a closed pool rejects what it has and what comes; closing twice is fine", async () => {
  const { pool, workers } = await make();
  const call = pool.scoreRows(rows(40));
  await settle();
  pool.close();
  pool.close();
  await assert.rejects(call, { kind: "usage", message: /closed/ });
  await assert.rejects(pool.scoreRows(rows(1)), { kind: "usage" });
  assert.ok(workers.every(({ terminated }) => terminated));
  assert.equal(workers.length, 2);
});
