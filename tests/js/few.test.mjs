import assert from "node:assert/strict";
import { test } from "node:test";
import { isOfFew, OF_FEW, together } from "../../www/src/lib/few.ts";

/** Half the width of the 95 % interval of an AUC, by Hanley and McNeil. */
function halfWidth(auc, positives, negatives) {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc ** 2) / (1 + auc);
  const variance =
    auc * (1 - auc) +
    (positives - 1) * (q1 - auc ** 2) +
    (negatives - 1) * (q2 - auc ** 2);
  return 1.96 * Math.sqrt(variance / (positives * negatives));
}

test("an AUC is of few where rows, conversions or the others are few", () => {
  const few = (rows, positives) => isOfFew({ rows, positives });
  assert.equal(few(99, 50), true);
  assert.equal(few(100, 50), false);
  assert.equal(few(5000, 9), true);
  assert.equal(few(5000, 10), false);
  assert.equal(few(5000, 4990), false);
  assert.equal(few(5000, 4991), true);
  assert.deepEqual(
    together([
      { rows: 60, positives: 3 },
      { rows: 50, positives: 8 },
    ]),
    { rows: 110, positives: 11 },
  );
});

test("what is said of them holds: the interval is as wide", () => {
  assert.match(OF_FEW, /0\.1 and more/);
  for (const [positives, negatives] of [
    [49, 50],
    [10, 89],
    [9, 1e6],
    [1e6, 9],
  ])
    assert.ok(halfWidth(0.7, positives, negatives) >= 0.1);
});
