import assert from "node:assert/strict";
import { test } from "node:test";
import { fitCells } from "../../www/src/lib/edits.ts";
import { cut, matrixSvg } from "../../www/src/lib/matrixSvg.ts";
import { DEFAULTS, trainConfig } from "../../www/src/lib/options.ts";
import { ownNotice } from "../../www/src/lib/own.ts";
import { readPlace, writeLink } from "../../www/src/lib/place.ts";
import { runName, runsData } from "../../www/src/lib/runs.ts";
import { csvCell, fileName, ungrouped } from "../../www/src/lib/save.ts";
import { scoresCsv, shortest } from "../../www/src/lib/scoresCsv.ts";
import { outlines, points, scatterSvg } from "../../www/src/lib/scatterSvg.ts";
import { revive } from "../../www/src/lib/showcase.ts";
import {
  placesAmong,
  shownIn,
  underEach,
  whatFlips,
} from "../../www/src/lib/whatIf.ts";

const PLACE = {
  view: "scenarios",
  look: "shift",
  scenario: null,
  other: null,
  morph: 0,
  row: null,
  cells: {},
  present: false,
  trained: false,
  own: [],
};

test("a link leads back to the same place", () => {
  const there = {
    ...PLACE,
    view: "diversity",
    look: "two",
    scenario: "Camera & Photo",
    other: "a=b",
    morph: 0.35,
    present: true,
    trained: true,
    own: ["schema", "model", "cells"],
  };
  const link = writeLink({ seed: 3, epochs: 8 }, { seed: 1, epochs: 8 }, there);
  assert.match(link, /seed=3/);
  assert.doesNotMatch(link, /epochs/);
  assert.deepEqual(readPlace(link), there);
});

test("a link leads back to the same row and what was edited of it, in its view alone", () => {
  const there = {
    ...PLACE,
    view: "impression",
    row: 17,
    cells: { price: "9.5", "a&b=c": "x = y", brand: null, constructor: "z" },
  };
  const link = writeLink({}, {}, there);
  assert.match(link, /row=17&cell\.price=9\.5&.*&cell\.brand&/);
  assert.deepEqual(readPlace(link), there);
  assert.equal(writeLink({}, {}, { ...there, row: null }), "?view=impression");
  assert.equal(writeLink({}, {}, { ...there, view: "scenarios" }), "");
});

test("edits without a row, with no column or longer than any link are not read", () => {
  for (const row of ["", "0", "-1", "1.5", "x", "9".repeat(20)])
    assert.deepEqual(readPlace(`?row=${row}&cell.a=1`), PLACE);
  const long = "x".repeat(1000);
  assert.equal(fitCells({ a: long }), false);
  assert.equal(fitCells({ a: long.slice(10) }), true);
  for (const cell of [`cell.a=${long}`, "cell.=1", "cell"])
    assert.deepEqual(readPlace(`?row=3&${cell}`), { ...PLACE, row: 3 });
});

test("the first sight of the page has an empty link, and nonsense leads there", () => {
  assert.equal(writeLink({ seed: 1 }, { seed: 1 }, PLACE), "");
  assert.deepEqual(readPlace("?view=moon&look=%00&morph=7&x=1"), PLACE);
});

test("what a link cannot carry is said, one thing or several", () => {
  assert.equal(ownNotice([]), null);
  assert.deepEqual(readPlace("?own").own, ["data"]);
  assert.match(ownNotice(["data"]), /a file of its own, .*open the same file/);
  assert.match(
    ownNotice(["schema", "model"]),
    /an edited schema and a model file of its own/,
  );
  assert.match(
    ownNotice(["data", "cells"]),
    /and edited fields of an impression, .* and edit the fields in the same way/,
  );
});

test("cells are quoted where CSV asks for it and numbers keep a minus that programs read", () => {
  assert.equal(csvCell("−0.5"), "-0.5");
  assert.equal(csvCell('say "a, b"'), '"say ""a, b"""');
  assert.equal(csvCell("plain"), "plain");
  assert.equal(
    fileName("map-1-a", "Camera & Photo − mean"),
    "map-1-a-camera-photo-mean",
  );
});

test("figures lose the commas between their thousands, other text keeps its own", () => {
  assert.equal(ungrouped("12,345"), "12345");
  assert.equal(ungrouped("−1,234,567.5"), "−1234567.5");
  for (const text of ["1,23", "64,32,16", "a, 1,234", "1234", ""])
    assert.equal(ungrouped(text), text);
});

test("scores are written with the fewest digits that are the same f32", async () => {
  for (const value of [0.1, 1 / 3, 0.123456789, 1, 0, 3.4e-7].map(Math.fround))
    assert.equal(Math.fround(Number(shortest(value))), value);
  assert.equal(shortest(Math.fround(0.1)), "0.1");
  const text = await (await scoresCsv(Float32Array.of(0.5, NaN, 0.25))).text();
  assert.equal(text, "score\n0.5\n\n0.25\n");
});

test("runs of different lengths stand on one axis", () => {
  const epoch = (validAuc) => ({ validAuc, validLogloss: 1, trainLoss: 2 });
  const runs = [
    { number: 1, config: {}, epochs: [epoch(0.5), epoch(0.6)] },
    { number: 2, config: {}, epochs: [epoch(0.7)] },
  ];
  assert.deepEqual(runsData(runs, "auc"), [
    [1, 2],
    [0.5, 0.6],
    [0.7, null],
  ]);
  const config = { method: "mi-dpg", variant: "r", lambda: 0.5, seed: 4 };
  assert.equal(runName({ number: 3, config }), "3: MI-DPG (r), λ 0.5, seed 4");
});

test("flipping asks for every scenario and says what moves", () => {
  const rows = underEach({ place: "a", brand: "x" }, "place", ["a", "b"]);
  assert.deepEqual(rows, [
    { place: "a", brand: "x" },
    { place: "b", brand: "x" },
  ]);
  const layer = {
    dm: 4,
    dn: 4,
    dr: 2,
    dc: 2,
    s: Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.5, 0.5),
    fields: [
      { name: "place", start: 0, end: 2 },
      { name: "brand", start: 2, end: 4 },
    ],
  };
  const scores = Float32Array.of(0.5, 0.75);
  const said = whatFlips(["a", "b"], scores, [layer], 0, 1);
  assert.match(
    said,
    /Shown in b instead of a, .* 75\.00 % instead of 50\.00 % \(\+25\.00 points\)/,
  );
  assert.match(said, /layer 1: outputs 1–2, inputs 3–4 \(brand\) by −0\.2500/);
  assert.match(whatFlips(["a", "b"], scores, [], 0, 0), /its own scenario, a,/);
});

test("an impression of a scenario that the model does not know has one of its own", () => {
  const known = ["a", "b"];
  const of = (scenario, place) =>
    shownIn(known, { scenario, cells: { place } }, "place");
  assert.deepEqual(of("b", "b"), { names: ["a", "b"], own: 1, unknown: null });
  const { names, own, unknown } = of("<unknown>", "c");
  assert.deepEqual(names, ["a", "b", "c (unknown)"]);
  assert.equal(own, 2);
  assert.equal(unknown, "c");
  assert.equal(of("<missing>", null).names[2], "a missing one (unknown)");
});

test("what the site holds becomes typed arrays again, null becomes NaN", () => {
  const text = JSON.stringify({
    explanation: {
      layers: [{ mean: [0.5, 0.25] }],
      similarity: [1, null],
      cosine: [1, 1],
    },
  });
  const { explanation } = revive(text);
  assert.deepEqual(explanation.layers[0].mean, Float32Array.of(0.5, 0.25));
  assert.ok(Number.isNaN(explanation.similarity[1]));
});

test("pictures are SVG with a block for each number and names that are escaped", () => {
  const layer = {
    dm: 4,
    dn: 4,
    dr: 2,
    dc: 2,
    fields: [{ name: "<a>", start: 0, end: 4 }],
  };
  const values = Float32Array.of(0.1, 0.4, 0.6, 0.9);
  const svg = matrixSvg(
    { layer, values, centre: 0.5, half: 0.4, title: "A & B" },
    "light",
  );
  assert.match(svg, /A &amp; B/);
  assert.match(svg, /&lt;a&gt;/);
  const colours = [...svg.matchAll(/fill="(rgb[^"]*)"/g)].map(
    ([, colour]) => colour,
  );
  assert.notEqual(colours[0], colours[3]);
  const map = {
    scenarios: ["a", "b"],
    scenario: [0, 1, 1],
    map: {
      perplexity: 1,
      places: [
        [0, 0],
        [1, 1],
        [2, 0],
      ],
    },
  };
  // A path for each scenario, and in the whole picture its mark beside its name.
  const all = outlines(map);
  const marks = (text) => text.match(/M/g).length;
  assert.deepEqual(
    all.map(({ path }) => marks(path)),
    [1, 2],
  );
  assert.equal(points(all, -1).match(/<path/g).length, 2);
  const picked = points(all, 1);
  assert.equal(marks(picked), 3);
  assert.match(picked, /<\/g><path transform="scale\(4\)"/);
  assert.equal(scatterSvg(map, "a", "t").match(/<path/g).length, 4);
  assert.doesNotMatch(points(outlines({ ...map, map: null }), -1), /<path/);
  const many = { ...map, scenario: Array(200_000).fill(0) };
  many.map = { perplexity: 1, places: Array(200_000).fill([0, 1]) };
  assert.equal(marks(outlines(many)[0].path), 200_000);
});

test("a picture has room for its names: the axis is as high as the longest, and what is longer is cut", () => {
  const height = (names) => {
    const fields = names.map((name, i) => ({ name, start: i, end: i + 1 }));
    const layer = { dm: 2, dn: 2, dr: 1, dc: 2, fields };
    const values = Float32Array.of(0.5, 0.6);
    const title = "first − second, ".repeat(9);
    const svg = matrixSvg(
      { layer, values, centre: 0.5, half: 0.1, title },
      "light",
    );
    assert.doesNotMatch(svg, new RegExp(title));
    return Number(/ height="([\d.]+)"/.exec(svg)[1]);
  };
  const [short, long] = [
    ["a", "b"],
    ["a", "shop_review_positive_rate"],
  ].map(height);
  assert.ok(long - short > 24 * 5, `${long} against ${short}`);
  assert.equal(height(["a", "b".repeat(41)]), height(["a", "b".repeat(40)]));
  assert.equal(cut("abcdef", 6), "abcdef");
  assert.equal(cut("abcdefg", 6), "abcde…");
  assert.equal(cut("首页推荐", 6), "首页…");
});

test("a scenario has the mark that it has in the other views, where rows without one have a mark too", () => {
  assert.deepEqual(
    placesAmong(["web", "app", "kiosk (unknown)"], ["(missing)", "web", "app"]),
    [1, 2, 3],
  );
  // A method without matrices has no other view.
  assert.deepEqual(placesAmong(["web", "app"], []), [0, 1]);
});

test("a run is called by what it has of its own", () => {
  const usual = trainConfig(DEFAULTS);
  const name = (config) =>
    runName({ number: 3, config: { ...usual, ...config } });
  assert.equal(name({}), "3: MI-DPG (r), λ 1, seed 1");
  assert.equal(
    name({ lr: 0.01, hidden: [32, 16], epochs: 2 }),
    "3: MI-DPG (r), λ 1, seed 1, learning rate 0.01, widths 32,16",
  );
  // A method without matrices has none of their settings.
  assert.equal(
    name({ method: "dnn", dk: 2, batch: 64 }),
    "3: DNN, seed 1, batch 64",
  );
});
