import assert from "node:assert/strict";
import { test } from "node:test";
import { measureCrossover } from "../../www/client/crossover.ts";
import { MidpgError } from "../../www/client/error.ts";
import { timeSteps } from "../../www/client/stopwatch.ts";
import { FakeWorker, spawner } from "./worker.mjs";

/** Workers that train a batch in `milliseconds[device](batch)`, on a table of so many training rows. */
function devices(milliseconds, train = 3000) {
  return spawner((request, worker) => {
    const { device } = worker.last("open");
    if (request.op === "describe") return { parts: { train } };
    const { batch } = request.config;
    return { steps: 1, rows: batch, milliseconds: milliseconds[device](batch) };
  });
}
const options = (spawn, batch) => ({
  csv: new Uint8Array(),
  schema: "ads",
  config: { method: "dpg", batch },
  modules: "http://test/pkg/",
  spawn,
});

test("the crossover is the batch from which on WebGPU is faster", async () => {
  const { spawn, workers } = devices({ cpu: (n) => n / 10, webgpu: () => 50 });
  const result = await measureCrossover(options(spawn, 512));
  assert.deepEqual(
    result.rows.map(({ batch }) => batch),
    [64, 256, 512, 1024],
  );
  assert.equal(result.rows[0].cpu, 10_000);
  assert.equal(result.rows[3].webgpu, 20_480);
  assert.equal(result.from, 512);
  assert.equal(result.fastest, "webgpu");
  assert.equal(result.unavailable, null);
  assert.ok(workers.every(({ terminated }) => terminated));
});

test("a run that is to be short is timed as long as others", async () => {
  const { spawn, workers } = devices({ cpu: (n) => n, webgpu: (n) => n });
  const { config, ...rest } = options(spawn, 64);
  await measureCrossover({ ...rest, config: { ...config, maxSteps: 3 } });
  for (const worker of workers)
    assert.ok(!("maxSteps" in worker.last("timeSteps").config));
});

test("a CPU that is faster everywhere leaves no crossover", async () => {
  const { spawn } = devices({ cpu: (n) => n, webgpu: (n) => 2 * n });
  const result = await measureCrossover(options(spawn, 100));
  assert.equal(result.from, null);
  assert.equal(result.fastest, "cpu");
});

test("the configured batch is measured even where the table does not fill it", async () => {
  const { spawn } = devices({ cpu: (n) => n, webgpu: (n) => n / 2 }, 100);
  const result = await measureCrossover(options(spawn, 512));
  assert.deepEqual(
    result.rows.map(({ batch }) => batch),
    [64, 512],
  );
  assert.equal(result.from, 64);
});

test("without WebGPU the CPU's rates and the reason are told", async () => {
  const { spawn } = devices({
    cpu: (n) => n,
    webgpu: () => assert.fail("there is none"),
  });
  const withoutGpu = () => {
    const worker = spawn();
    const { replies } = worker;
    worker.replies = (request) => {
      if (request.op !== "open" || request.device !== "webgpu")
        return replies(request);
      queueMicrotask(() => worker.fail(request.id, "device", "no adapter"));
      return undefined;
    };
    return worker;
  };
  const result = await measureCrossover(options(withoutGpu, 64));
  assert.equal(result.unavailable, "no adapter");
  assert.equal(result.fastest, "cpu");
  assert.equal(result.from, null);
  assert.deepEqual(
    result.rows.map(({ webgpu }) => webgpu),
    [null, null, null],
  );
});

test("a table that cannot be read is an error, not a result", async () => {
  const spawn = () => {
    const worker = new FakeWorker();
    worker.replies = ({ id, op }) => {
      if (op === "open") return { name: "test", reason: "a test" };
      queueMicrotask(() => worker.fail(id, "data", "no rows"));
      return undefined;
    };
    return worker;
  };
  await assert.rejects(
    measureCrossover(options(spawn, 64)),
    (error) => error instanceof MidpgError && error.kind === "data",
  );
});

test("cancelling stops the worker", async () => {
  const { spawn, workers } = spawner();
  const abort = new AbortController();
  const measuring = measureCrossover({
    ...options(spawn, 64),
    signal: abort.signal,
  });
  abort.abort();
  await assert.rejects(measuring, (error) => error.kind === "cancelled");
  assert.ok(workers.every(({ terminated }) => terminated));
});

test("only steps are timed, after some that warm up", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const kinds = [
    ..."sssss", // warming up
    ..."sseesss",
    ..."sssss", // never reached
  ];
  let taken = 0;
  const trainer = {
    ahead: 0,
    readEvery: () => {},
    nextEvent: async () => {
      const kind = kinds[taken++] === "s" ? "step" : "epoch";
      now += kind === "step" ? 10 : 1000;
      return { kind, rows: 64 };
    },
  };
  const host = { exclusive: (work) => work(), breathe: async () => undefined };
  assert.deepEqual(await timeSteps(trainer, host, 50), {
    steps: 5,
    rows: 320,
    milliseconds: 50,
  });
  assert.equal(taken, 12);
});
