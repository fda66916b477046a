// Files of a user's own that nobody prepared: they work, or the page says exactly what to do.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createWriteStream } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const HEAD = ["page", "user", "colour", "price", "bought"];
const ROWS = 600;

/** The cells of a row follow from its number. */
function row(i) {
  const mixed = (i * 2654435761) % 4294967296;
  return [
    ["home", "search", "cart"][i % 3],
    `u${mixed % 41}`,
    ["red", "blue", "green"][(mixed % 7) % 3],
    ((mixed % 10007) / 100).toFixed(2),
    mixed % (6 - (i % 3)) === 0 ? "1" : "0",
  ];
}

function table({ separator = ",", head = HEAD, edit = (cells) => cells } = {}) {
  const lines = [head.join(separator)];
  for (let i = 0; i < ROWS; i++) lines.push(edit(row(i), i).join(separator));
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

test("a row that cannot be read is told, and left out where that is asked for", async () => {
  const bench = await opened(
    table({ edit: (cells, i) => (i === 300 ? cells.slice(1) : cells) }),
  );
  assert.match(await bench.text("data-error"), /^own\.csv, line 302: /);
  await bench.part("leave-out").check();
  await bench.page.getByTestId("data-info").getByText("1 left out").waitFor();
  assert.equal(await bench.part("data-error").count(), 0);
  await bench.train();
  // What follows reads the table in the same way: matrices, the map and a comparison.
  const chips = bench.part("scenarios").getByRole("radio");
  assert.equal(await chips.count(), 3);
  await bench.part("leave-out").uncheck();
  await bench.part("data-error").waitFor();
  await bench.close();
});

test("a file that is no table is told apart from text that cannot be read", async () => {
  const bench = await opened("PAR1\x15\x04", "log.parquet");
  assert.match(
    await bench.text("data-error"),
    /^log\.parquet is a Parquet file/,
  );
  // No schema would help.
  assert.equal(await bench.part("schema").count(), 0);
  await bench.part("csv-file").setInputFiles({
    name: "latin.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(table().replaceAll("red", "grün"), "latin1"),
  });
  await bench.part("data-error").getByText("save the file as UTF-8").waitFor();
  assert.equal(await bench.part("schema").isVisible(), false);
  assert.equal(await bench.page.getByText("schema of another log").count(), 0);
  await bench.part("sample-ads").click();
  await bench.ready();
  await bench.view("scoring");
  await bench.part("score-file").setInputFiles({
    name: "book.xlsx",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("PK\x03\x04"),
  });
  await bench.part("score-error").waitFor();
  assert.match(await bench.text("score-error"), /^book\.xlsx is a spreadsheet/);
  await bench.close();
});

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

const labelled = (no, yes) =>
  table({
    edit: (cells) => [...cells.slice(0, 4), cells[4] === "1" ? yes : no],
  });

test("a label of yes and no: guessed, and it trains", async () => {
  const bench = await opened(labelled("no", "yes"));
  const schema = await bench.part("schema").inputValue();
  assert.match(schema, /positive = \["yes"\]\nnegative = \["no"\]/);
  await trains(bench, 3);
});

test("a label in words of one's own: the page says what to write, and it works when written", async () => {
  const bench = await opened(labelled("left", "paid"));
  const failure = await bench.text("data-error");
  assert.match(failure, /no column looks like a label/);
  assert.match(failure, /column "bought" is "left" or "paid"/);
  await bench.page.getByText('positive = ["yes"]').waitFor();
  assert.match(await bench.part("schema").inputValue(), /\[label\]/);
  await bench.part("schema").fill(`
[label]
column = "bought"
positive = ["paid"]
negative = ["left"]

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

test("50 MB: read, trained on and scored, and the page can be used meanwhile", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "mi-dpg-"));
  try {
    const file = join(folder, "large.csv");
    const rows = await large(file, 50_000_000);
    const bench = await browser.open("?epochs=1&maxSteps=3");
    await bench.ready();
    const told = async (what, work) => {
      const [{ ms }] = await bench.traced(work);
      t.diagnostic(`${what}: the longest task ${ms.toFixed(1)} ms`);
    };
    await told("opened", async () => {
      await bench.part("csv-file").setInputFiles(file);
      await bench.pickScenario(1);
      const info = bench.page.getByTestId("data-info").getByText("large.csv");
      await info.or(bench.part("data-error")).waitFor();
    });
    const info = await bench.text("data-info");
    assert.match(info, new RegExp(`Rows\\s+${rows.toLocaleString("en")}`));
    await told("trained", () => bench.train());
    await bench.view("scoring");
    await told("scored", async () => {
      await bench.part("score-data").click();
      await bench.part("score-result").waitFor();
    });
    const result = await bench.text("score-result");
    assert.match(result, new RegExp(`${rows.toLocaleString("en")} rows`));
    t.diagnostic(`${result.replaceAll(/\s+/g, " ")}`);
    await told("saved", async () => {
      const { bytes } = await bench.saved(bench.part("score-save"));
      assert.equal(bytes.filter((byte) => byte === 10).length, rows + 1);
    });
    await bench.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a file that is gone since it was opened: the page says to open it again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mi-dpg-"));
  const file = join(folder, "own.csv");
  await writeFile(file, table());
  const bench = await browser.open();
  await bench.ready();
  await bench.part("csv-file").setInputFiles(file);
  await bench.page.getByTestId("data-info").getByText("own.csv").waitFor();
  await rm(folder, { recursive: true });
  const schema = await bench.part("schema").inputValue();
  await bench.part("schema").fill(`${schema}\n`);
  await bench.part("use-schema").click();
  const failure = bench.part("data-error");
  await failure.getByText("the file cannot be read, open it again").waitFor();
  await bench.close();
});

test("a model on a log of another time: rows of a scenario that it never saw are not passed off as another's", async () => {
  const bench = await opened(table());
  await bench.train();
  const { bytes } = await bench.saved(bench.part("save"));
  await bench.close();

  const edit = (cells) => [
    cells[0] === "cart" ? "kiosk" : cells[0],
    ...cells.slice(1),
  ];
  const other = await opened(table({ edit }), "later.csv");
  await other.part("model-file").setInputFiles({
    name: "mine.safetensors",
    mimeType: "application/octet-stream",
    buffer: bytes,
  });
  await other.page
    .locator('[data-testid="model-info"][data-origin="file"]')
    .waitFor();
  assert.match(await other.text("model-info"), /^mine\.safetensors/);
  assert.match(await other.text("report-of"), /^test part of later\.csv/);
  assert.match(await other.text("data-of-model"), /on later\.csv$/);

  await other.view("impression");
  await other.part("flip-table").waitFor();
  const kiosk = other.part("unknown-scenario").getByText("kiosk");
  const next = other.page.getByRole("button", { name: "Next impression" });
  for (let i = 0; i < 18 && (await kiosk.count()) === 0; i++)
    await next.click();
  await kiosk.waitFor();
  const rows = other.part("flip-table").locator("tbody tr");
  assert.equal(await rows.count(), 4);
  await rows.getByText("kiosk (unknown) (its own)").waitFor();
  assert.match(
    await other.text("flip-sentence"),
    /^In its own scenario, kiosk \(unknown\), /,
  );
  await other.close();
});

/** Writes rows until the file has `bytes`; returns how many. */
async function large(file, bytes) {
  const out = createWriteStream(file);
  out.write(`${HEAD.join(",")}\n`);
  let rows = 0;
  for (let written = 0; written < bytes;) {
    const lines = Array.from({ length: 10_000 }, () => row(rows++).join(","));
    const text = `${lines.join("\n")}\n`;
    written += text.length;
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return rows;
}

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
