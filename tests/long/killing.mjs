// The command in a folder of its own, run to its end or killed at any moment of it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const MIDPG = process.env.MIDPG;
export const KILLS = Number(process.env.KILLS ?? 20);
const ROWS = Number(process.env.ROWS ?? 300_000);

export const folder = mkdtempSync(join(tmpdir(), "midpg-kills-"));
after(() => rmSync(folder, { recursive: true, force: true }));
export const file = (name) => join(folder, name);

/** Runs to the end; how long that took, in milliseconds. */
export function run(args) {
  assert.ok(MIDPG, "MIDPG is the path of the command");
  const began = performance.now();
  const { status, stderr } = spawnSync(MIDPG, args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return performance.now() - began;
}

/** The log that is encoded, `log.csv`. */
export function synth() {
  run(["synth", "--preset", "ads", "--rows", String(ROWS), "--seed", "1", "--out", "log.csv"]);
}

/** Kills what takes `duration` at a random moment: whether it died of that, and the moment in words. */
export async function killed(args, duration) {
  const child = spawn(MIDPG, args, { cwd: folder, stdio: "ignore" });
  const exit = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const wait = Math.random() * duration;
  const timer = setTimeout(() => child.kill("SIGKILL"), wait);
  const died = (await exit) === "SIGKILL";
  clearTimeout(timer);
  return { died, moment: `killed after ${wait.toFixed(0)} of ${duration.toFixed(0)} ms` };
}
