import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytes,
  count,
  duration,
  ends,
  fixed,
  plural,
  signed,
} from "../../www/src/lib/format.ts";

test("the thousands of a count stand apart", () => {
  for (const [n, text] of [
    [0, "0"],
    [999.4, "999"],
    [999.5, "1,000"],
    [-12_345, "-12,345"],
    [108_649_408, "108,649,408"],
  ])
    assert.equal(count(n), text);
});

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

test("what rounds to nothing has no sign", () => {
  assert.deepEqual(
    [0.004, -0.004, 0, -0, 0.006, -0.006].map((value) => signed(value, 2)),
    ["0.00", "0.00", "0.00", "0.00", "+0.01", "−0.01"],
  );
  assert.deepEqual(
    [-0.00004, -0.00006, 0].map((value) => fixed(value)),
    ["0.0000", "−0.0001", "0.0000"],
  );
});

test("one is one", () => {
  assert.deepEqual(
    [0, 1, 2, 1000].map((n) => plural(n, "epoch")),
    ["0 epochs", "1 epoch", "2 epochs", "1,000 epochs"],
  );
});

test("the ends of a scale are told apart, however close they are", () => {
  for (const [centre, half, low, high] of [
    [0.5, 0.159, "0.341", "0.659"],
    [0.5, 0.00031, "0.49969", "0.50031"],
    [0, 0.1533, "−0.1533", "+0.1533"],
    [0, 0.0000064, "−0.0000064", "+0.0000064"],
    // Without a difference there is nothing to tell.
    [0.5, 0, "0.500", "0.500"],
    [0, 0, "0.0000", "0.0000"],
  ])
    assert.deepEqual(ends(centre, half), [low, high]);
});
