import assert from "node:assert/strict";
import { test } from "node:test";
import { matching } from "../../www/src/lib/matching.ts";
import { Search } from "../../www/src/state/search.svelte.ts";

test("a name is found by words that are in it, in any order, whatever their case and accents", () => {
  const names = ["Cámara & Photo", "Portable Audio", "首页推荐·女装", "a_b"];
  const found = (sought) => matching(names, sought);
  assert.deepEqual(found("camara"), [0]);
  assert.deepEqual(found("photo CÁM"), [0]);
  assert.deepEqual(found("  audio "), [1]);
  assert.deepEqual(found("女装"), [2]);
  assert.deepEqual(found("o"), [0, 1]);
  assert.deepEqual(found(".*"), []);
  assert.deepEqual(found(""), [0, 1, 2, 3]);
});

test("many names can be searched, few cannot, and what was sought among many hides none of few", () => {
  let names = Array.from({ length: 21 }, (_, i) => `shelf ${i}`);
  const search = new Search(() => names);
  assert.equal(search.offered, true);
  assert.equal(search.narrowed, false);
  assert.equal(search.found.length, 21);
  search.text = "20";
  assert.equal(search.narrowed, true);
  assert.deepEqual(search.found, [20]);
  names = names.slice(0, 20);
  assert.equal(search.offered, false);
  assert.equal(search.found.length, 20);
});
