import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModule } from "../../www/client/wasm.ts";
import { canBeLost, plan, probeWebGpu } from "../../www/client/device.ts";

const adapter = (...features) => ({ features: new Set(features) });
const gpu = (answer) => ({ requestAdapter: async () => answer });

test("a browser without WebGPU is told apart from one without an adapter", async () => {
  const absent = await probeWebGpu(undefined);
  const empty = await probeWebGpu(gpu(null));
  assert.equal(absent.ok, false);
  assert.match(absent.reason, /no WebGPU/);
  assert.equal(empty.ok, false);
  assert.match(empty.reason, /no GPU adapter/);
});

test("an adapter that cannot time its kernels is refused before the module is loaded", async () => {
  const probe = await probeWebGpu(gpu(adapter("shader-f16")));
  assert.equal(probe.ok, false);
  assert.match(probe.reason, /timestamp-query/);
});

test("a probe that throws is an answer, not an exception", async () => {
  const probe = await probeWebGpu({
    requestAdapter: async () => {
      throw new Error("blocked");
    },
  });
  assert.equal(probe.ok, false);
  assert.match(probe.reason, /blocked/);
});

test("a complete adapter is taken", async () => {
  assert.deepEqual(await probeWebGpu(gpu(adapter("timestamp-query"))), {
    ok: true,
  });
});

test("an engine without SIMD is told so before anything is fetched", async (t) => {
  const phases = [];
  const load = () =>
    loadModule("http://localhost:9/", "cpu", (phase) => phases.push(phase));
  t.mock.method(WebAssembly, "validate", () => false);
  await assert.rejects(load(), { kind: "device", message: /SIMD/ });
  assert.deepEqual(phases, []);
  WebAssembly.validate.mock.restore();
  await assert.rejects(load(), { kind: "device", message: /the cpu module/ });
  assert.deepEqual(phases, ["fetch"]);
});

test("only a wish for WebGPU loads the GPU module", () => {
  for (const choice of ["auto", "cpu", "ndarray"])
    assert.equal(plan(choice).flavour, "cpu");
  assert.equal(plan("webgpu").flavour, "gpu");
  assert.equal(plan("ndarray").open, "ndarray");
  assert.match(plan("auto").reason, /CPU/);
  assert.equal(canBeLost("webgpu"), true);
  assert.equal(canBeLost("cpu"), false);
});
