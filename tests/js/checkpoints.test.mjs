import assert from "node:assert/strict";
import { test } from "node:test";
import { CheckpointClock } from "../../www/client/checkpoints.ts";

test("a quick checkpoint is due every two seconds", () => {
  const clock = new CheckpointClock(1000);
  assert.equal(clock.due(2999), false);
  assert.equal(clock.due(3000), true);
  clock.made(3000, 3010);
  assert.equal(clock.due(5009), false);
  assert.equal(clock.due(5010), true);
});

test("a slow one waits until it is a twentieth of the time", () => {
  const clock = new CheckpointClock(0);
  clock.made(2000, 3000);
  assert.equal(clock.due(3000 + 18_999), false);
  assert.equal(clock.due(3000 + 19_000), true);
});
