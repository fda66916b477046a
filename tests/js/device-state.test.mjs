// Which device runs, when another is chosen before the last one is open.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceState } from "../../www/src/state/device.svelte.ts";
import { handWorkers } from "./state.mjs";

globalThis.document = { baseURI: "http://localhost/" };
const CPU = { name: "cpu", reason: "chosen: CPU" };
const GPU = { name: "webgpu", reason: "chosen: WebGPU" };

/** WebGPU was chosen and is being opened when the CPU is chosen, which is open first. */
async function superseded() {
  const workers = handWorkers();
  const device = new DeviceState();
  const first = device.choose("webgpu");
  const gpu = await workers.next();
  const { id } = await gpu.asked("open");
  const second = device.choose("cpu");
  const cpu = await workers.next();
  await cpu.answers("open", CPU);
  return { device, first, second: await second, gpu, cpu, id };
}

test("a device that opens after another was chosen is closed, and who waited for it gets the other", async () => {
  const { device, first, second, gpu, cpu, id } = await superseded();
  gpu.onmessage({
    data: {
      kind: "progress",
      progress: { phase: "device", message: "opening webgpu" },
    },
  });
  assert.notEqual(device.progress, "opening webgpu");
  gpu.answer(id, GPU);
  assert.equal(await first, second);
  assert.equal(device.info.name, "cpu");
  assert.equal(await device.client(), second);
  assert.deepEqual([gpu.terminated, cpu.terminated], [true, false]);
});

test("a device that fails after another was chosen leaves that one as it is", async () => {
  const { device, first, second, gpu, cpu, id } = await superseded();
  gpu.fail(id, "device", "no adapter");
  assert.equal(await first, second);
  assert.equal(device.failure, null);
  assert.equal(device.fallback, null);
  assert.equal(device.wish, "cpu");
  assert.equal(await device.client(), second);
  assert.equal(cpu.terminated, false);
});

test("the client that runs is closed when another device is chosen", async () => {
  const workers = handWorkers();
  const device = new DeviceState();
  const opening = device.client();
  const first = await workers.next();
  await first.answers("open", CPU);
  await opening;
  const next = device.choose("webgpu");
  assert.equal(first.terminated, true);
  await (await workers.next()).answers("open", GPU);
  await next;
  assert.equal(device.info.name, "webgpu");
});

test("a GPU that cannot be had is replaced by the CPU", async () => {
  const workers = handWorkers();
  const device = new DeviceState();
  const opening = device.choose("webgpu");
  const gpu = await workers.next();
  gpu.fail((await gpu.asked("open")).id, "device", "no adapter");
  await (await workers.next()).answers("open", CPU);
  await opening;
  assert.equal(device.info.name, "cpu");
  assert.equal(device.fallback, "no adapter; the CPU is used instead");
});

test("a device that is chosen again while it is opened is opened once, and after a failure anew", async () => {
  const workers = handWorkers();
  const device = new DeviceState();
  const first = device.choose("webgpu");
  const gpu = await workers.next();
  const again = device.choose("webgpu");
  assert.equal(again, first);
  gpu.fail((await gpu.asked("open")).id, "device", "no adapter");
  const cpu = await workers.next();
  await cpu.answers("open", CPU);
  assert.equal(await first, await again);
  assert.equal(device.info.name, "cpu");

  const retried = device.choose("webgpu");
  assert.equal(cpu.terminated, true);
  await (await workers.next()).answers("open", GPU);
  await retried;
  assert.equal(device.info.name, "webgpu");
});
