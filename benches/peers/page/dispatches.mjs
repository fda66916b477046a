// Counts what a training step asks of the GPU.
const counts = { dispatches: 0, submits: 0, pipelines: 0 };
const count = (prototype, name, what) => {
  const call = prototype[name];
  prototype[name] = function (...given) {
    counts[what] += 1;
    return call.apply(this, given);
  };
};
count(GPUComputePassEncoder.prototype, "dispatchWorkgroups", "dispatches");
count(GPUQueue.prototype, "submit", "submits");
count(GPUDevice.prototype, "createComputePipeline", "pipelines");

let wasm;
let data;

/** Opens the device and takes the log; "" or why there is no device. */
window.prepare = async (csv) => {
  wasm = await import("/pkg/gpu/mi_dpg.js");
  await wasm.default();
  try {
    await wasm.openDevice("webgpu");
  } catch (error) {
    return String(error.message ?? error);
  }
  data = wasm.Dataset.parse(new TextEncoder().encode(csv), "amazon", 1);
  return "";
};

/** Of the third step, by when the moments are there and the pipelines built; and the pipelines of the first two. */
window.step = async (config) => {
  const trainer = await wasm.Trainer.create(data, {
    ...config,
    epochs: 1000,
    patience: 1000,
  });
  const before = { ...counts };
  for (let step = 0; step < 2; step++) await trainer.nextEvent();
  const warm = { ...counts };
  const began = performance.now();
  await trainer.nextEvent();
  const ms = performance.now() - began;
  trainer.free();
  return {
    dispatches: counts.dispatches - warm.dispatches,
    submits: counts.submits - warm.submits,
    pipelines: warm.pipelines - before.pipelines,
    ms,
  };
};
window.ready = true;
