import assert from "node:assert/strict";
import { test } from "node:test";
import {
  blockOf,
  fieldsIn,
  spanOf,
  spanText,
} from "../../www/src/lib/blocks.ts";
import { cssColour, paint } from "../../www/src/lib/colour.ts";
import * as matrices from "../../www/src/lib/matrices.ts";
import { matrixPixels, smallest } from "../../www/src/lib/pixels.ts";
import { whatChanged } from "../../www/src/lib/sentence.ts";
import { summarise } from "../../www/src/lib/summary.ts";

const layer = (mean, more = {}) => ({
  dm: 4,
  dn: 4,
  dr: 2,
  dc: 2,
  mean: Float32Array.from(mean),
  betweenWithin: null,
  ...more,
});
const TWO = layer([0.5, 0.5, 0.5, 0.5, 0.5, 0.75, 0.5, 0.25]);
const explanation = (layers) => ({
  rows: 2,
  scenarios: [
    { name: "A", rows: 1 },
    { name: "B", rows: 1 },
  ],
  layers,
  similarity: new Float32Array(4),
});

test("spans are the inverse of blocks, ragged widths included", () => {
  for (const [d, n] of [
    [16, 128],
    [3, 10],
    [7, 7],
    [1, 5],
    [20, 163],
  ]) {
    for (let r = 0; r < d; r++) {
      const [start, end] = spanOf(r, d, n);
      assert.ok(end > start);
      for (let i = start; i < end; i++) assert.equal(blockOf(i, d, n), r);
    }
    assert.equal(spanOf(0, d, n)[0], 0);
    assert.equal(spanOf(d - 1, d, n)[1], n);
  }
  assert.equal(spanText([0, 8]), "1–8");
  assert.equal(spanText([3, 4]), "4");
});

test("a block names every field it touches", () => {
  const fields = [
    { name: "brand", start: 0, end: 3 },
    { name: "hour", start: 3, end: 6 },
  ];
  assert.deepEqual(fieldsIn(fields, [0, 3]), ["brand"]);
  assert.deepEqual(fieldsIn(fields, [2, 4]), ["brand", "hour"]);
  assert.deepEqual(fieldsIn(undefined, [0, 1]), []);
});

test("means, differences and their scales", () => {
  const a = matrices.ofScenario(TWO, 0);
  const b = matrices.ofScenario(TWO, 1);
  assert.deepEqual([...matrices.overScenarios(TWO)], [0.5, 0.625, 0.5, 0.375]);
  assert.deepEqual([...matrices.difference(a, b)], [0, -0.25, 0, 0.25]);
  assert.equal(matrices.halfWidth(TWO.mean, 0.5), 0.25);
  assert.equal(matrices.meanAbsolute(matrices.difference(a, b)), 0.125);
  assert.equal(matrices.peak(Float32Array.of(0.1, -0.4, 0.3)), 1);
  assert.equal(matrices.reference(TWO, { kind: "none" }), null);
});

test("one pixel is one weight, painted by its block", () => {
  const pixels = matrixPixels(
    TWO,
    matrices.ofScenario(TWO, 1),
    0.5,
    0.25,
    "light",
  );
  const at = (i, j) => [...pixels.slice(4 * (i * 4 + j), 4 * (i * 4 + j) + 4)];
  const colour = (t) => {
    const out = new Uint8ClampedArray(4);
    paint(t, "light", out, 0);
    return [...out];
  };
  assert.deepEqual(at(0, 0), colour(0));
  assert.deepEqual(at(1, 3), colour(1));
  assert.deepEqual(at(3, 2), colour(-1));
});

test("a flat matrix is painted as the centre, not as noise", () => {
  const flat = Float32Array.of(0.5, 0.5, 0.5, 0.5);
  const pixels = matrixPixels(TWO, flat, 0.5, 0, "dark");
  assert.equal(
    `rgb(${pixels[0]} ${pixels[1]} ${pixels[2]})`,
    cssColour(0, "dark"),
  );
});

test("the scale is symmetric, monotone in lightness to each side, and clips", () => {
  const light = (t, theme) => {
    const [r, g, b] = cssColour(t, theme).match(/\d+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const [theme, sign] of [
    ["light", -1],
    ["dark", 1],
  ]) {
    for (const side of [-1, 1]) {
      for (let k = 0; k < 10; k++) {
        const step =
          light((side * (k + 1)) / 10, theme) - light((side * k) / 10, theme);
        assert.ok(sign * step > 0, `${theme} ${side} ${k}`);
      }
    }
  }
  assert.equal(cssColour(7, "light"), cssColour(1, "light"));
  assert.equal(cssColour(Number.NaN, "light"), cssColour(0, "light"));
});

test("the sentence names the layer, the place, the fields and the sign", () => {
  const fields = [
    { name: "brand", start: 0, end: 2 },
    { name: "hour", start: 2, end: 4 },
  ];
  const named = explanation([layer(Array(8).fill(0.5)), { ...TWO, fields }]);
  const said = whatChanged(named, 1, { kind: "scenario", index: 0 });
  assert.match(said, /^B departs from A most in layer 2/);
  assert.match(
    said,
    /outputs 1–2, inputs 3–4 \(hour\), which B weights more: \+0\.2500\.$/,
  );
  assert.match(
    whatChanged(named, 0, { kind: "none" }),
    /from the mean over scenarios/,
  );
});

test("where the layer that differs most has no names, the sentence names the field that does in the first", () => {
  const fields = [
    { name: "brand", start: 0, end: 2 },
    { name: "hour", start: 2, end: 4 },
  ];
  const first = layer([0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.5, 0.5]);
  const last = layer([0.5, 0.5, 0.5, 0.5, 0.9, 0.5, 0.5, 0.5]);
  const against = { kind: "scenario", index: 0 };
  const said = (one) => whatChanged(explanation([one, last]), 1, against);
  assert.match(
    said({ ...first, fields }),
    /most in layer 2 .*: \+0\.4000\. Of the fields, hour is weighted most differently \(layer 1, mean \|difference\| 0\.0500\)\.$/,
  );
  const flat = layer(Array(8).fill(0.5));
  assert.match(said({ ...flat, fields }), /: \+0\.4000\.$/);
});

test("a model without differences is said to have none", () => {
  const same = explanation([layer(Array(8).fill(0.5))]);
  assert.match(
    whatChanged(same, 0, { kind: "scenario", index: 1 }),
    /no difference/,
  );
});

test("the table averages over fields and over many rows", () => {
  const fields = [{ name: "all", start: 0, end: 4 }];
  const small = summarise({ ...TWO, fields }, matrices.ofScenario(TWO, 1));
  assert.deepEqual(small.columns, ["all"]);
  assert.deepEqual(
    small.rows.map((row) => row.values),
    [[0.625], [0.375]],
  );
  assert.equal(small.averaged, true);
  const tall = layer(Array(80).fill(0.5), { dm: 40, dr: 40, dc: 2 });
  assert.ok(summarise(tall, tall.mean).rows.length <= 16);
});

test("a picture of even blocks has a pixel for each, others keep one for each weight", () => {
  const values = Float32Array.of(0.1, 0.4, 0.6, 0.9);
  const small = smallest(TWO);
  assert.deepEqual(small, { dm: 2, dn: 2, dr: 2, dc: 2 });
  const few = matrixPixels(small, values, 0.5, 0.4, "light");
  const all = matrixPixels(TWO, values, 0.5, 0.4, "light");
  for (const [i, j] of [
    [0, 0],
    [1, 2],
    [2, 1],
    [3, 3],
  ])
    assert.deepEqual(
      all.slice(4 * (4 * i + j), 4 * (4 * i + j) + 4),
      few.slice(4 * (2 * (i >> 1) + (j >> 1))).slice(0, 4),
    );
  const ragged = { dm: 5, dn: 4, dr: 2, dc: 2 };
  assert.equal(smallest(ragged), ragged);
});
