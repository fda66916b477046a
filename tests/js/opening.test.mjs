// One device at a time, however often it is asked for.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Opening } from "../../www/client/opening.ts";
import { Runtime } from "../../www/client/runtime.ts";
import { later } from "./state.mjs";

test("who asks for the same while it is opened, or after, shares it", async () => {
  const opening = new Opening();
  const slow = later();
  let opened = 0;
  const work = () => (opened++, slow.promise);
  const asked = [opening.open("gpu", work), opening.open("gpu", work)];
  slow.resolve("device");
  assert.deepEqual(await Promise.all(asked), ["device", "device"]);
  assert.equal(await opening.open("gpu", work), "device");
  assert.equal(opened, 1);
});

test("what failed is opened when it is asked for again", async () => {
  const opening = new Opening();
  const failing = () => Promise.reject(new Error("no adapter"));
  const asked = [opening.open("gpu", failing), opening.open("gpu", failing)];
  for (const one of asked) await assert.rejects(one, /no adapter/);
  assert.equal(await opening.open("gpu", async () => "device"), "device");
});

test("another waits until the one before is open or has failed", async () => {
  const opening = new Opening();
  const slow = later();
  const order = [];
  const first = opening.open("gpu", () => slow.promise);
  const second = opening.open("cpu", async () => order.push("cpu"));
  await Promise.resolve();
  assert.deepEqual(order, []);
  slow.reject(new Error("no adapter"));
  await assert.rejects(first);
  await second;
  assert.deepEqual(order, ["cpu"]);
});

/** A folder with a GPU module whose device fails as often as `failures` says; it notes its calls in `globalThis.calls`. */
async function modules(t, failures) {
  const folder = await mkdtemp(join(tmpdir(), "mi-dpg-modules-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "gpu"));
  await writeFile(join(folder, "package.json"), `{ "type": "module" }`);
  await writeFile(
    join(folder, "gpu", "mi_dpg.js"),
    `let failures = ${failures};
    export default async () => undefined;
    export const openDevice = async (name) => {
      globalThis.calls.push(name);
      await new Promise((resolve) => setTimeout(resolve));
      if (failures-- > 0) throw new Error("lost");
      return { name, reason: "" };
    };`,
  );
  return `${pathToFileURL(folder)}/`;
}

/** A worker's runtime beside a GPU that can be had. */
function runtime() {
  // The one of Node would keep the test's process alive.
  globalThis.MessageChannel = class {
    port1 = {};
    port2 = {};
  };
  const features = new Set(["timestamp-query"]);
  const gpu = { requestAdapter: async () => ({ features }) };
  Object.defineProperty(globalThis, "navigator", {
    value: { gpu },
    configurable: true,
  });
  globalThis.GPUDevice = class {
    createComputePipeline() {}
  };
  globalThis.calls = [];
  const told = [];
  return { told, running: new Runtime((progress) => told.push(progress)) };
}

test("two concurrent wishes for WebGPU open one device, and both get it", async (t) => {
  const folder = await modules(t, 0);
  const { running } = runtime();
  const wish = () =>
    running.handlers.open({ device: "webgpu", modules: folder });
  const [one, other] = await Promise.all([wish(), wish()]);
  assert.deepEqual(one, { name: "webgpu", reason: "chosen: WebGPU" });
  assert.equal(other, one);
  assert.deepEqual(globalThis.calls, ["webgpu"]);
});

test("a device that could not be opened is opened at the next wish, and its programs are told once", async (t) => {
  const folder = await modules(t, 1);
  const { told, running } = runtime();
  const wish = () =>
    running.handlers.open({ device: "webgpu", modules: folder });
  await assert.rejects(wish(), /lost/);
  assert.equal((await wish()).name, "webgpu");
  assert.deepEqual(globalThis.calls, ["webgpu", "webgpu"]);
  new globalThis.GPUDevice().createComputePipeline();
  const programs = told.filter(({ phase }) => phase === "pipelines");
  assert.equal(programs.length, 1);
});
