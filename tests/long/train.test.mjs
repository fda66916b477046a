// `midpg train` from a cache, killed at any moment and resumed: it ends with the model of an undisturbed run. Part of
// `make test-full`.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const MIDPG = process.env.MIDPG;
const KILLS = Number(process.env.KILLS ?? 20);
const ROWS = Number(process.env.ROWS ?? 300_000);

const folder = mkdtempSync(join(tmpdir(), "midpg-train-"));
const file = (name) => join(folder, name);
// Windows of one chunk: several of them, each with a part of the next.
const train = (out) => [
  ...["train", "--data", "log.midpg-cache", "--shuffle-window", "65536", "--epochs", "2", "--hidden", "64,32"],
  ...["--checkpoint-every", "0.1", "--out", out],
];

function run(args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(MIDPG, args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return performance.now() - began;
}

let duration;
before(() => {
  assert.ok(MIDPG, "MIDPG is the path of the command");
  run(["synth", "--preset", "ads", "--rows", String(ROWS), "--seed", "1", "--out", "log.csv"]);
  run(["encode", "--data", "log.csv", "--schema", "ads", "--out", "log.midpg-cache"]);
  duration = run(train("whole.safetensors"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test(`${KILLS} kills change nothing of the model`, async (t) => {
  const whole = readFileSync(file("whole.safetensors"));
  let died = 0;
  let resumed = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const child = spawn(MIDPG, train("killed.safetensors"), { cwd: folder, stdio: "ignore" });
    const exit = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    const wait = Math.random() * duration;
    const timer = setTimeout(() => child.kill("SIGKILL"), wait);
    if ((await exit) === "SIGKILL") died++;
    clearTimeout(timer);
    if (existsSync(file("killed.safetensors.checkpoint"))) resumed++;
    run([...train("killed.safetensors"), "--resume"]);
    const moment = `killed after ${wait.toFixed(0)} of ${duration.toFixed(0)} ms`;
    assert.ok(whole.equals(readFileSync(file("killed.safetensors"))), `another model: ${moment}`);
    assert.ok(!existsSync(file("killed.safetensors.checkpoint")), moment);
    rmSync(file("killed.safetensors"));
  }
  t.diagnostic(`${died} of ${KILLS} runs died, ${resumed} left a checkpoint`);
  assert.ok(died > 0 && resumed > 0, "no run was killed after a checkpoint");
});
