// Files of a user's own that nobody prepared: they work, or the page says exactly what to do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const HEAD = ["page", "user", "colour", "price", "bought"];
const ROWS = 600;

/** A table whose rows follow from their numbers. */
function table({ separator = ",", head = HEAD, edit = (cells) => cells } = {}) {
  const lines = [head.join(separator)];
  for (let i = 0; i < ROWS; i++) {
    const mixed = (i * 2654435761) % 4294967296;
    const cells = [
      ["home", "search", "cart"][i % 3],
      `u${mixed % 41}`,
      ["red", "blue", "green"][(mixed % 7) % 3],
      ((mixed % 10007) / 100).toFixed(2),
      mixed % (6 - (i % 3)) === 0 ? "1" : "0",
    ];
    lines.push(edit(cells, i).join(separator));
  }
  return `${lines.join("\n")}\n`;
}

async function opened(text, name = "own.csv") {
  const bench = await browser.open("?epochs=1&maxSteps=3");
  await bench.ready();
  await bench.part("csv-file").setInputFiles({
    name,
    mimeType: "text/csv",
    buffer: Buffer.from(text),
  });
  await bench.page
    .getByTestId("data-info")
    .getByText(name)
    .or(bench.part("data-error"))
    .waitFor();
  return bench;
}

async function trains(bench, scenarios) {
  assert.match(await bench.text("data-info"), new RegExp(`Rows\\s+${ROWS}`));
  await bench.train();
  const chips = bench.part("scenarios").getByRole("radio");
  assert.equal(await chips.count(), scenarios);
  await bench.close();
}

for (const [name, separator, file] of [
  ["semicolons", ";", "own.csv"],
  ["tabs", "\t", "own.tsv"],
]) {
  test(`${name} between the cells: guessed, and it trains`, async () => {
    const bench = await opened(table({ separator }), file);
    const schema = await bench.part("schema").inputValue();
    assert.ok(schema.includes(`delimiter = ${JSON.stringify(separator)}`));
    await trains(bench, 3);
  });
}

test("missing values, in three spellings", async () => {
  const edit = (cells, i) =>
    cells.map((cell, at) =>
      at > 0 && at < 4 && (i + at) % 5 === 0 ? ["", "NA", "null"][i % 3] : cell,
    );
  const bench = await opened(table({ edit }));
  assert.match(await bench.part("schema").inputValue(), /missing = .*"NA"/);
  await bench.train();
  await bench.view("scoring");
  await bench.part("score-data").click();
  await bench.part("score-result").waitFor();
  assert.match(await bench.text("score-result"), new RegExp(`${ROWS} rows`));
  await bench.view("scenarios");
  await trains(bench, 3);
});

test("a label of yes and no: the page says what to write, and it works when written", async () => {
  const edit = (cells) => [
    ...cells.slice(0, 4),
    cells[4] === "1" ? "yes" : "no",
  ];
  const bench = await opened(table({ edit }));
  assert.match(await bench.text("data-error"), /no column looks like a label/);
  await bench.page.getByText('positive = ["yes"]').waitFor();
  assert.match(await bench.part("schema").inputValue(), /\[label\]/);
  await bench.part("schema").fill(`
[label]
column = "bought"
positive = ["yes"]
negative = ["no"]

[scenario]
field = "page"

[split]
kind = "hash"
valid = 0.1
test = 0.1

[[fields]]
name = "page"
kind = "categorical"
role = "scenario"

[[fields]]
name = "colour"
kind = "categorical"
`);
  await bench.part("use-schema").click();
  await bench.part("data-info").waitFor();
  assert.equal(await bench.part("data-error").count(), 0);
  await trains(bench, 3);
});

test("one scenario: what is taken for it can be seen and changed, and one is enough", async () => {
  const edit = (cells) => ["all", ...cells.slice(1)];
  const bench = await opened(table({ edit }));
  const guessed = await bench.part("schema").inputValue();
  assert.match(guessed, /no column is named like a scenario.*please check/);
  const own = guessed
    .replace(/field = "colour".*/, 'field = "page"')
    .replace('role = "scenario"', "")
    .replace(
      "[[fields]]",
      '[[fields]]\nname = "page"\nkind = "categorical"\nrole = "scenario"\n\n[[fields]]',
    );
  await bench.part("schema").fill(own);
  await bench.part("use-schema").click();
  await bench.page
    .locator('[data-testid="data-info"], [data-testid="data-error"]')
    .first()
    .waitFor();
  assert.equal(await bench.part("data-error").count(), 0, own);
  await bench.part("train").click();
  await bench.settled();
  await bench.part("map-1-a").waitFor();
  for (const look of ["two", "all"]) {
    await bench.look(look);
    await bench.part("layer-3").waitFor();
  }
  await bench.view("diversity");
  await bench.part("map-mine").waitFor();
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  await bench.close();
});
