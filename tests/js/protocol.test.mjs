import assert from "node:assert/strict";
import { test } from "node:test";
import { StepCoalescer } from "../../www/client/coalesce.ts";
import { MidpgError, toWire } from "../../www/client/error.ts";
import { transferable } from "../../www/client/protocol.ts";

const step = (n, loss = 1, rows = 10, mi = null) => ({
  kind: "step",
  step: n,
  steps: 100,
  epoch: 1,
  epochs: 1,
  loss,
  bce: loss / 2,
  mi,
  rows,
});

test("steps within the interval become one event", () => {
  const coalescer = new StepCoalescer(20, 0);
  assert.equal(coalescer.push(step(1, 1), 10), null);
  assert.equal(coalescer.push(step(2, 3), 49), null);
  const event = coalescer.push(step(3, 5), 50);
  assert.equal(event.step, 3);
  assert.equal(event.rows, 30);
  assert.equal(event.loss, 3);
  assert.equal(event.bce, 1.5);
  assert.equal(event.mi, null);
  assert.equal(event.rowsPerSecond, 600);
});

test("losses are averaged by rows, not by steps", () => {
  const coalescer = new StepCoalescer(20, 0);
  coalescer.push(step(1, 1, 90, -1), 1);
  const event = coalescer.push(step(2, 2, 10, -2), 60);
  assert.ok(Math.abs(event.loss - 1.1) < 1e-12);
  assert.ok(Math.abs(event.mi + 1.1) < 1e-12);
});

test("slow steps pass one by one and nothing is held back at the end", () => {
  const coalescer = new StepCoalescer(20, 0);
  assert.equal(coalescer.push(step(1), 1000).step, 1);
  assert.equal(coalescer.push(step(2), 2000).step, 2);
  assert.equal(coalescer.flush(2001), null);
  coalescer.push(step(3), 2010);
  assert.equal(coalescer.flush(2020).step, 3);
});

test("a step without rows keeps its own loss", () => {
  const event = new StepCoalescer(20, 0).push(step(1, 4, 0), 100);
  assert.equal(event.loss, 4);
});

test("time spent paused does not lower the rate", () => {
  const coalescer = new StepCoalescer(20, 0);
  coalescer.restart(10_000);
  assert.equal(coalescer.push(step(1), 10_050).rowsPerSecond, 200);
});

test("the buffers of a result are found once each, however deep", () => {
  const mean = new Float32Array(4);
  const found = transferable({
    layers: [{ mean }, { mean, dr: 2 }],
    similarity: mean.subarray(1),
  });
  assert.deepEqual(found, [mean.buffer]);
  assert.deepEqual(transferable("text"), []);
  assert.deepEqual(transferable(null), []);
});

test("errors of the module keep kind and message, everything else is a crash", () => {
  const typed = Object.assign(new Error("line 3: no label"), {
    name: "MidpgError",
    kind: "data",
  });
  assert.deepEqual(toWire(typed), {
    kind: "data",
    message: "line 3: no label",
  });
  assert.deepEqual(toWire(new MidpgError("cancelled", "stop")), {
    kind: "cancelled",
    message: "stop",
  });
  const trap = new WebAssembly.RuntimeError("unreachable");
  assert.deepEqual(toWire(trap), {
    kind: "crashed",
    message: "RuntimeError: unreachable",
  });
  const unknown = Object.assign(new Error("x"), {
    name: "MidpgError",
    kind: "nonsense",
  });
  assert.equal(toWire(unknown).kind, "crashed");
  assert.deepEqual(toWire("text\nmore"), { kind: "crashed", message: "text" });
});
