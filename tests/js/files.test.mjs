import assert from "node:assert/strict";
import { test } from "node:test";
import { dropZone, refuseFiles } from "../../www/src/lib/files.ts";

/** Something that is held over the page, or dropped on it. */
const drag = (type, types, files = null) =>
  Object.assign(new Event(type, { cancelable: true }), {
    dataTransfer: { types, files },
  });

/** A place that files are dropped on, and what it has taken. */
function place(locked) {
  const taken = [];
  const node = Object.assign(new EventTarget(), {
    classList: { add() {}, remove() {} },
  });
  dropZone(
    (files) => taken.push(files),
    () => locked,
  )(node);
  return { node, taken };
}

test("a file that misses its place is refused, text is left to the fields", () => {
  for (const type of ["dragover", "drop"]) {
    const file = drag(type, ["Files"]);
    refuseFiles(file);
    assert.equal(file.defaultPrevented, true);
    assert.equal(file.dataTransfer.dropEffect, "none");
    const text = drag(type, ["text/plain"]);
    refuseFiles(text);
    assert.equal(text.defaultPrevented, false);
  }
});

test("a place takes what is dropped on it, and the page leaves that to it", () => {
  const { node, taken } = place(false);
  const over = drag("dragover", ["Files"]);
  node.dispatchEvent(over);
  refuseFiles(over);
  assert.equal(over.dataTransfer.dropEffect, undefined);
  node.dispatchEvent(drag("drop", ["Files"], "a file"));
  assert.deepEqual(taken, ["a file"]);
});

test("a locked place takes nothing and looks like any other of the page", () => {
  const { node, taken } = place(true);
  const over = drag("dragover", ["Files"]);
  node.dispatchEvent(over);
  refuseFiles(over);
  assert.equal(over.dataTransfer.dropEffect, "none");
  node.dispatchEvent(drag("drop", ["Files"], "a file"));
  assert.deepEqual(taken, []);
});
