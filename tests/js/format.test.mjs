import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, duration } from "../../www/src/lib/format.ts";

test("a duration is rounded before it is split", () => {
  for (const [seconds, text] of [
    [0, "0 ms"],
    [0.9994, "999 ms"],
    [0.9997, "1.0 s"],
    [89.94, "89.9 s"],
    [89.97, "1 min 30 s"],
    [119.7, "2 min 0 s"],
    [3599.4, "59 min 59 s"],
  ])
    assert.equal(duration(seconds), text);
});

test("a size is rounded before its unit is taken", () => {
  for (const [n, text] of [
    [1023, "1023 B"],
    [1024, "1 KB"],
    [1024 * 1024 - 1, "1.0 MB"],
    [1.5 * 1024 * 1024, "1.5 MB"],
  ])
    assert.equal(bytes(n), text);
});
