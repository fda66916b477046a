// `midpg train` from a cache, killed at any moment and resumed: it ends with the model of an undisturbed run. Part of
// `make test-full`.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { before, test } from "node:test";
import { file, killed, KILLS, run, synth } from "./killing.mjs";

// Windows of one chunk: several of them, each with a part of the next.
const train = (out) => [
  ...["train", "--data", "log.midpg-cache", "--shuffle-window", "65536", "--epochs", "2", "--hidden", "64,32"],
  ...["--checkpoint-every", "0.1", "--out", out],
];

let duration;
before(() => {
  synth();
  run(["encode", "--data", "log.csv", "--schema", "ads", "--out", "log.midpg-cache"]);
  duration = run(train("whole.safetensors"));
});

test(`${KILLS} kills change nothing of the model`, async (t) => {
  const whole = readFileSync(file("whole.safetensors"));
  let deaths = 0;
  let resumed = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const { died, moment } = await killed(train("killed.safetensors"), duration);
    if (died) deaths++;
    if (existsSync(file("killed.safetensors.checkpoint"))) resumed++;
    run([...train("killed.safetensors"), "--resume"]);
    assert.ok(whole.equals(readFileSync(file("killed.safetensors"))), `another model: ${moment}`);
    assert.ok(!existsSync(file("killed.safetensors.checkpoint")), moment);
    rmSync(file("killed.safetensors"));
  }
  t.diagnostic(`${deaths} of ${KILLS} runs died, ${resumed} left a checkpoint`);
  assert.ok(deaths > 0 && resumed > 0, "no run was killed after a checkpoint");
});
