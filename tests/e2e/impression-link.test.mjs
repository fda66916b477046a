// A link to one impression shows the same row to somebody else, and no cell of anybody's own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** Opens what a page shows in a browser that has never been here. */
const elsewhere = (bench) => browser.open(new URL(bench.page.url()).search);
/** The cells of the impression that is shown. */
const fields = (bench) =>
  bench.page
    .getByRole("form", { name: "Fields of the impression" })
    .locator("input");
/** Wait until a part says something else, or just this. */
const changed = (bench, testid, before) =>
  bench.page.waitForFunction(
    ([id, text]) =>
      document.querySelector(`[data-testid="${id}"]`)?.innerText !== text,
    [testid, before],
  );
const shows = (bench, testid, wanted) =>
  bench.page.waitForFunction(
    ([id, text]) =>
      document.querySelector(`[data-testid="${id}"]`)?.innerText === text,
    [testid, wanted],
  );

test("a link to an impression shows the same row, and what was edited of it", async () => {
  const bench = await browser.open("?sample=ads&view=impression");
  await bench.part("flip-table").waitFor();
  const line = await bench.text("impression-line");
  await bench.page.getByRole("button", { name: "Next impression" }).click();
  await changed(bench, "impression-line", line);
  await fields(bench).first().fill("nobody has seen this");
  await fields(bench).first().press("Enter");
  await bench.page.waitForURL(/row=\d+&cell\./);
  const row = await bench.text("impression-line");

  const other = await elsewhere(bench);
  await other.part("flip-table").waitFor();
  assert.equal(await other.text("impression-line"), row);
  assert.equal(
    await fields(other).first().inputValue(),
    "nobody has seen this",
  );
  await shows(other, "flip-table", await bench.text("flip-table"));
  assert.equal(other.page.url(), bench.page.url());
  await other.page.getByRole("button", { name: "As in the data" }).click();
  await other.page.waitForURL((url) => !/cell\./.test(url.search));
  // What is seen of an impression is no part of another view.
  await other.view("scenarios");
  await other.page.waitForURL((url) => !/row=/.test(url.search));
  await other.view("impression");
  await other.page.waitForURL(/row=/);
  assert.equal(await other.text("impression-line"), row);
  await other.close();

  // More than a link has room for.
  await fields(bench).first().fill("x".repeat(2000));
  await fields(bench).first().press("Enter");
  await bench.part("edits-kept").waitFor();
  await bench.page.waitForURL(/row=\d+&own=cells$/);
  const third = await elsewhere(bench);
  assert.match(await third.text("notice"), /edited fields of an impression/);
  await third.part("flip-table").waitFor();
  assert.equal(await third.text("impression-line"), row);
  await third.close();
  await bench.close();
});

test("a link to an impression of a file of its own has the number of its row and nothing else of it", async () => {
  const rows = Array.from(
    { length: 300 },
    (_, i) => `${i % 2},secret-${"xy"[i % 2]},secret-${i % 7}`,
  );
  const file = {
    name: "secret.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`label,place,thing\n${rows.join("\n")}\n`),
  };
  /** Opens the file in a page, trains on it and looks at an impression. */
  const open = async (bench) => {
    await bench.ready();
    await bench.part("csv-file").setInputFiles(file);
    await bench.page.getByTestId("data-info").getByText(file.name).waitFor();
    await bench.view("scenarios");
    await bench.train();
    await bench.view("impression");
    await bench.part("flip-table").waitFor();
  };
  const bench = await browser.open("?epochs=1&maxSteps=2");
  await open(bench);
  await bench.view("scenarios");
  await bench.pickScenario(1);
  await bench.view("impression");
  await bench.part("flip").getByRole("radio").nth(0).check();
  const first = await bench.text("impression-line");
  await bench.page.getByRole("button", { name: "Next impression" }).click();
  await changed(bench, "impression-line", first);
  await fields(bench).first().fill("secret, edited");
  await fields(bench).first().press("Enter");
  await bench.part("edits-kept").waitFor();
  await bench.page.waitForURL(/row=\d+&.*own=data%2Ccells$/);
  assert.doesNotMatch(bench.page.url(), /secret|edited|cell\./);
  const row = await bench.text("impression-line");

  const other = await elsewhere(bench);
  assert.match(
    await other.text("notice"),
    /open the same file and edit the fields in the same way/,
  );
  await open(other);
  assert.equal(await other.text("impression-line"), row);
  assert.notEqual(await fields(other).first().inputValue(), "secret, edited");
  await other.close();
  await bench.close();
});

test("a field that cannot be read can be mended, in the page and in a link", async () => {
  const bench = await browser.open("?sample=ads&view=impression");
  await bench.part("flip-table").waitFor();
  const said = await bench.text("flip-table");
  const time = await bench.part("cell-timestamp").inputValue();
  await bench.part("cell-timestamp").fill("noon");
  await bench.part("cell-timestamp").press("Enter");
  await bench.part("scorer-error").waitFor();
  assert.match(
    await bench.text("scorer-error"),
    /^column "timestamp": value "noon" is not a time/,
  );
  // What the row before scored is no answer to this one.
  assert.equal(await bench.part("flip-table").count(), 0);
  assert.equal(await bench.part("flip-sentence").count(), 0);
  await bench.page.waitForURL(/cell\.timestamp=noon/);

  const other = await elsewhere(bench);
  await other.part("scorer-error").waitFor();
  assert.equal(await other.part("cell-timestamp").inputValue(), "noon");
  await other.part("cell-timestamp").fill(time);
  await other.part("cell-timestamp").press("Enter");
  await shows(other, "flip-table", said);
  // Who mends it stays where they are.
  assert.equal(
    await other
      .part("cell-timestamp")
      .evaluate((field) => field === document.activeElement),
    true,
  );
  assert.equal(await other.part("scorer-error").count(), 0);
  await other.close();
  await bench.close();
});
