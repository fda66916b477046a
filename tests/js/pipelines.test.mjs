import assert from "node:assert/strict";
import { test } from "node:test";
import { countPipelines } from "../../www/client/pipelines.ts";

test("a pipeline is built as before, and counted", () => {
  class Device {
    made = [];
    createComputePipeline(descriptor) {
      this.made.push(descriptor);
      return `pipeline of ${descriptor}`;
    }
  }
  const told = [];
  countPipelines(Device.prototype, (count) => told.push(count));
  const device = new Device();
  assert.equal(device.createComputePipeline("a"), "pipeline of a");
  assert.equal(device.createComputePipeline("b"), "pipeline of b");
  assert.deepEqual(device.made, ["a", "b"]);
  assert.deepEqual(told, [1, 2]);
});

test("what fails is not counted", () => {
  const builder = {
    createComputePipeline: () => {
      throw new TypeError("no such shader");
    },
  };
  countPipelines(builder, () => assert.fail("told"));
  assert.throws(() => builder.createComputePipeline(), TypeError);
});
