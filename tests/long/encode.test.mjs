// `midpg encode` killed at any moment: what it leaves does no harm. Part of `make test-full`.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { before, test } from "node:test";
import { file, folder, killed, KILLS, run, synth } from "./killing.mjs";

const encode = (out) => ["encode", "--data", "log.csv", "--schema", "ads", "--out", out];

let duration;
before(() => {
  synth();
  duration = run(encode("whole.midpg-cache"));
});

test(`${KILLS} killed runs leave nothing that the next one does not remove`, async (t) => {
  const whole = readFileSync(file("whole.midpg-cache"));
  const names = ["killed.midpg-cache", "log.csv", "whole.midpg-cache"];
  let deaths = 0;
  let left = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    rmSync(file("killed.midpg-cache"), { force: true });
    const { died, moment } = await killed(encode("killed.midpg-cache"), duration);
    if (died) deaths++;
    if (existsSync(file("killed.midpg-cache"))) {
      assert.ok(whole.equals(readFileSync(file("killed.midpg-cache"))), `a half cache: ${moment}`);
    }
    left += readdirSync(folder).filter((name) => name.endsWith(".midpg-part")).length;
    run(encode("killed.midpg-cache"));
    assert.ok(whole.equals(readFileSync(file("killed.midpg-cache"))), `another cache: ${moment}`);
    assert.deepEqual(readdirSync(folder).sort(), names, moment);
  }
  t.diagnostic(`${deaths} of ${KILLS} runs died, ${left} left an unfinished file`);
  assert.ok(deaths > 0, "no run was killed");
});
