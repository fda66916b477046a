// A comparison's trials, in one worker and in several.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "../../www/client/index.ts";
import { settle, spawner } from "./worker.mjs";

const csv = new Uint8Array(1);
const TRIALS = ["dnn", "ple", "star", "apg", "dpg"].map((method) => ({
  method,
  variant: null,
  seed: 1,
}));

/** Workers that tell of a trial twice and then have its outcome, and a client of them. */
async function comparing({ replies = () => undefined, device = "cpu" } = {}) {
  const recorded = [];
  const told = new Map();
  const { spawn, workers } = spawner((request, worker) => {
    const own = replies(request, worker, workers);
    if (own !== undefined) return own === null ? undefined : own;
    const { op, trial } = request;
    if (op === "startComparison") return { comparison: 4, trials: TRIALS };
    if (op === "nextTrial") {
      const count = told.get(trial) ?? 0;
      told.set(trial, count + 1);
      if (count < 2) return { kind: "progress", share: count / 2 };
      return { kind: "done", outcome: { seconds: trial } };
    }
    if (op === "recordTrial") {
      assert.equal(worker, workers[0]);
      assert.equal(request.outcome.seconds, trial);
      recorded.push(trial);
      return { methods: [...recorded] };
    }
    if (op === "comparisonCsv") return "method\n";
    return op === "endComparison" ? null : undefined;
  }, device);
  const client = await createClient({
    spawn,
    modules: "http://localhost/pkg/",
  });
  const compare = (more) => client.compare({ csv, schema: "ads", ...more });
  return { client, compare, workers, recorded };
}

/** The trials that a worker was asked to begin. */
const begun = (worker) => [
  ...new Set(
    worker.posted
      .filter(({ op }) => op === "nextTrial")
      .map(({ trial }) => trial),
  ),
];
const all = [0, 1, 2, 3, 4];
const sorted = (trials) => [...trials].sort((a, b) => a - b);

test("one worker runs trial after trial, and it is told how far they are", async () => {
  const { compare, workers, recorded } = await comparing();
  const told = [];
  const result = await compare({
    workers: 1,
    methods: ["dnn"],
    onProgress: (one) => told.push(one),
  });
  assert.equal(workers.length, 1);
  assert.deepEqual(recorded, all);
  assert.deepEqual(result.table, { methods: all });
  assert.equal(result.csv, "method\n");
  assert.equal(result.device, "test");
  // The beginning, three messages and a record of each trial, the CSV.
  assert.equal(result.ms, 1 + 5 * 4 + 1);
  assert.deepEqual(told.slice(0, 3), [
    {
      done: 0,
      trials: 5,
      trial: TRIALS[0],
      running: [TRIALS[0]],
      share: 0,
      table: null,
    },
    {
      done: 0,
      trials: 5,
      trial: TRIALS[0],
      running: [TRIALS[0]],
      share: 0.5,
      table: null,
    },
    {
      done: 1,
      trials: 5,
      trial: TRIALS[1],
      running: [TRIALS[1]],
      share: 0,
      table: { methods: [0] },
    },
  ]);
  assert.deepEqual(told.at(-1), {
    done: 5,
    trials: 5,
    trial: null,
    running: [],
    share: 0,
    table: { methods: all },
  });
  assert.deepEqual(workers[0].last("startComparison").methods, ["dnn"]);
  assert.equal(workers[0].last("endComparison").comparison, 4);
});

test("several workers share the trials, each is run once, and those that were added are given back", async () => {
  const { client, compare, workers, recorded } = await comparing();
  let most = 0;
  const result = await compare({
    workers: 3,
    onProgress: ({ running, share, done }) => {
      most = Math.max(most, running.length);
      assert.ok(share <= running.length && done + running.length <= 5);
    },
  });
  assert.equal(workers.length, 3);
  assert.equal(most, 3);
  assert.deepEqual(sorted(workers.flatMap(begun)), all);
  assert.ok(workers.every((worker) => begun(worker).length > 0));
  assert.deepEqual(sorted(recorded), all);
  assert.equal(result.table.methods.length, 5);
  assert.deepEqual(
    workers.map(({ terminated }) => terminated),
    [false, true, true],
  );
  assert.ok(workers[0].last("endComparison"));
  client.close();
});

test("there are no more workers than trials, and by default no more than cores", async () => {
  const { compare, workers } = await comparing();
  await compare({ workers: 64 });
  assert.equal(workers.length, TRIALS.length);
  const { compare: again, workers: some } = await comparing();
  await again({});
  const cores = globalThis.navigator?.hardwareConcurrency || 2;
  assert.equal(some.length, Math.min(cores, 8, TRIALS.length));
});

test("trials do not share a GPU", async () => {
  const { compare, workers } = await comparing({ device: "webgpu" });
  await compare({ workers: 3 });
  assert.equal(workers.length, 1);
});

test("what a worker that crashed had begun is done by the others", async () => {
  let crashed = null;
  const { compare, workers, recorded } = await comparing({
    replies: ({ op, trial }, worker, [first]) => {
      if (op !== "nextTrial" || worker === first || crashed !== null) return;
      crashed = trial;
      queueMicrotask(() => worker.onerror({ message: "out of memory" }));
      return null;
    },
  });
  await compare({ workers: 2 });
  assert.notEqual(crashed, null);
  assert.deepEqual(sorted(recorded), all);
  assert.ok(begun(workers[0]).includes(crashed));
  assert.equal(workers.length, 2);
});

test("it goes on without a worker that does not start", async () => {
  const { compare, recorded } = await comparing({
    replies: ({ id, op }, worker, [first]) => {
      if (op !== "startComparison" || worker === first) return;
      queueMicrotask(() => worker.fail(id, "device", "no memory"));
      return null;
    },
  });
  await compare({ workers: 3 });
  assert.deepEqual(recorded, all);
});

test("a trial that fails anywhere ends the comparison with its error", async () => {
  const { compare, workers } = await comparing({
    replies: ({ id, op }, worker, [first]) => {
      if (op !== "nextTrial" || worker === first) return;
      queueMicrotask(() => worker.fail(id, "training", "the loss is infinite"));
      return null;
    },
  });
  await assert.rejects(compare({ workers: 2 }), {
    kind: "training",
    message: "the loss is infinite",
  });
  await settle();
  assert.equal(workers[1].terminated, true);
  assert.equal(workers[0].terminated, false);
  assert.ok(workers[0].last("endComparison"));
});

test("one that is given up in the middle ends as cancelled in all workers", async () => {
  const abort = new AbortController();
  const { compare, workers, recorded } = await comparing();
  const onProgress = ({ done }) => done === 2 && abort.abort();
  const { signal } = abort;
  await assert.rejects(compare({ workers: 2, onProgress, signal }), {
    kind: "cancelled",
  });
  await settle();
  assert.ok(recorded.length < 5);
  assert.equal(workers[1].terminated, true);
  assert.ok(workers[0].last("endComparison"));
});

test("the number of workers is a whole one", async () => {
  const { compare } = await comparing();
  for (const workers of [0, 1.5, NaN])
    await assert.rejects(compare({ workers }), { kind: "usage" });
});
