import assert from "node:assert/strict";
import { test } from "node:test";
import { document, textsOf } from "../../scripts/notices.mjs";
import { choose } from "../../scripts/spdx.mjs";

test("one licence of each choice is taken, all where all hold", () => {
  for (const [expression, chosen] of [
    ["MIT", ["MIT"]],
    ["Apache-2.0/MIT", ["MIT"]],
    ["Apache-2.0 OR BSL-1.0", ["Apache-2.0"]],
    ["GPL-3.0-only OR Zlib", ["Zlib"]],
    ["(MIT OR Apache-2.0) AND Unicode-3.0", ["MIT", "Unicode-3.0"]],
    ["Apache-2.0 WITH LLVM-exception", ["Apache-2.0 WITH LLVM-exception"]],
  ])
    assert.deepEqual(choose(expression, "a"), chosen, expression);
});

test("a crate without a licence, or with one that nobody allowed, fails", () => {
  for (const [expression, message] of [
    ["", /a states no licence/],
    ["GPL-3.0-only", /allow GPL-3.0-only/],
    ["MIT AND GPL-3.0-only", /allow GPL-3.0-only/],
    ["(MIT OR", /cannot be read/],
    ["MIT)", /cannot be read/],
  ])
    assert.throws(() => choose(expression, "a"), { message }, expression);
});

test("the text is that of the licence chosen, and notices always", () => {
  const names = ["src.rs", "LICENSE-MIT", "LICENSE-APACHE", "NOTICE"];
  assert.deepEqual(textsOf(names, ["MIT"]), ["LICENSE-MIT", "NOTICE"]);
  assert.deepEqual(textsOf(["LICENSE"], ["MIT"]), ["LICENSE"]);
  assert.deepEqual(textsOf(["COPYING", "README"], ["Zlib"]), ["COPYING"]);
  const both = textsOf(
    ["LICENSE-UNICODE", "LICENSE-MIT"],
    ["MIT", "Unicode-3.0"],
  );
  assert.deepEqual(both, ["LICENSE-MIT", "LICENSE-UNICODE"]);
});

test("equal texts stand once, below all who use them", () => {
  const entry = (name, body) => ({
    name,
    licence: "MIT",
    home: "x",
    texts: [body],
  });
  const made = document([
    entry("a 1", "one\ntext"),
    entry("b 2", "one text\n"),
    entry("c 3", "another"),
  ]);
  assert.equal(made.match(/one\s+text/g).length, 1);
  assert.match(made, /^a 1, b 2$/m);
  assert.match(made, /^c 3$/m);
});
