import assert from "node:assert/strict";
import { test } from "node:test";
import { Room } from "../../www/client/room.ts";

/** A scorer whose scores are the row's first id and number, added; its memory may grow while it works. */
class Owner {
  room = 8;
  words = 64;
  numbers = 128;
  memory = new WebAssembly.Memory({ initial: 1 });
  grows = false;
  calls = 0;

  scoreRoom(ids, offsets, dense, rows) {
    this.calls++;
    if (this.grows) this.memory.grow(1);
    const words = new Uint32Array(this.memory.buffer, this.words, this.room);
    const numbers = new Float32Array(
      this.memory.buffer,
      this.numbers,
      this.room,
    );
    if (words[0] === 99) return false;
    this.offsets = [...words.subarray(ids, ids + offsets)];
    for (let row = 0; row < rows; row++)
      numbers[dense + row] = words[row] + (dense > row ? numbers[row] : 0);
    return true;
  }
}

const rows = (ids, { offsets = [], dense = [], out } = {}) => ({
  ids: Uint32Array.from(ids),
  offsets: Uint32Array.from(offsets),
  dense: Float32Array.from(dense),
  rowCount: ids.length,
  out,
});

test("rows are written where the scorer reads them, and the scores are the caller's own", () => {
  const owner = new Owner();
  const room = new Room(owner, owner.memory);
  const first = room.score(rows([1, 2], { offsets: [0, 5], dense: [0.5] }));
  assert.deepEqual([...first], [1.5, 2]);
  assert.deepEqual(owner.offsets, [0, 5]);
  assert.deepEqual([...room.score(rows([7]))], [7]);
  assert.deepEqual([...first], [1.5, 2]);
  assert.equal(room.score(rows([])).length, 0);
});

test("an array of the caller's takes the scores", () => {
  const owner = new Owner();
  const room = new Room(owner, owner.memory);
  const out = new Float32Array(3);
  const scores = room.score(rows([4, 5], { out }));
  assert.equal(scores.buffer, out.buffer);
  assert.deepEqual([...scores], [4, 5]);
  assert.deepEqual([...out], [4, 5, 0]);
});

test("memory that grows, before a call or in it, is found again", () => {
  const owner = new Owner();
  const room = new Room(owner, owner.memory);
  assert.deepEqual([...room.score(rows([1]))], [1]);
  owner.memory.grow(1);
  assert.deepEqual([...room.score(rows([2]))], [2]);
  owner.grows = true;
  assert.deepEqual([...room.score(rows([3]))], [3]);
});

test("what has no room is not asked for, and what is refused has no scores", () => {
  const owner = new Owner();
  const room = new Room(owner, owner.memory);
  assert.equal(
    room.score(rows([1, 2, 3, 4, 5, 6, 7, 8], { offsets: [0] })),
    undefined,
  );
  assert.equal(
    room.score(rows([1, 2], { dense: Array(7).fill(0) })),
    undefined,
  );
  assert.equal(owner.calls, 0);
  assert.equal(room.score(rows([99])), undefined);
});
