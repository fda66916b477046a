import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadPace } from "../../www/client/pace.ts";

test("a fast device is looked at ever less often, a slow one after every step", () => {
  const pace = new ReadPace();
  assert.equal(pace.every, 1);
  const paces = [];
  for (let look = 0; look < 8; look++) {
    pace.took(3);
    paces.push(pace.every);
  }
  assert.deepEqual(paces, [2, 4, 8, 16, 32, 64, 64, 64]);
  assert.equal(pace.took(150), false);
  assert.equal(pace.took(300), true);
  assert.equal(pace.every, 32);
  for (let look = 0; look < 9; look++) pace.took(1000);
  assert.equal(pace.every, 1);
});
