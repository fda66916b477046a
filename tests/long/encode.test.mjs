// `midpg encode` killed at any moment: what it leaves does no harm. Part of `make test-full`.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const MIDPG = process.env.MIDPG;
const KILLS = Number(process.env.KILLS ?? 20);
const ROWS = Number(process.env.ROWS ?? 300_000);

const folder = mkdtempSync(join(tmpdir(), "midpg-encode-"));
const file = (name) => join(folder, name);
const encode = (out) => ["encode", "--data", "log.csv", "--schema", "ads", "--out", out];

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
  duration = run(encode("whole.midpg-cache"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test(`${KILLS} killed runs leave nothing that the next one does not remove`, async (t) => {
  const whole = readFileSync(file("whole.midpg-cache"));
  const names = ["killed.midpg-cache", "log.csv", "whole.midpg-cache"];
  let died = 0;
  let left = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    rmSync(file("killed.midpg-cache"), { force: true });
    const child = spawn(MIDPG, encode("killed.midpg-cache"), { cwd: folder, stdio: "ignore" });
    const exit = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    const wait = Math.random() * duration;
    const timer = setTimeout(() => child.kill("SIGKILL"), wait);
    const signal = await exit;
    clearTimeout(timer);
    if (signal === "SIGKILL") died++;
    const moment = `killed after ${wait.toFixed(0)} of ${duration.toFixed(0)} ms`;
    if (existsSync(file("killed.midpg-cache"))) {
      assert.ok(whole.equals(readFileSync(file("killed.midpg-cache"))), `a half cache: ${moment}`);
    }
    left += readdirSync(folder).filter((name) => name.endsWith(".midpg-part")).length;
    run(encode("killed.midpg-cache"));
    assert.ok(whole.equals(readFileSync(file("killed.midpg-cache"))), `another cache: ${moment}`);
    assert.deepEqual(readdirSync(folder).sort(), names, moment);
  }
  t.diagnostic(`${died} of ${KILLS} runs died, ${left} left an unfinished file`);
  assert.ok(died > 0, "no run was killed");
});
