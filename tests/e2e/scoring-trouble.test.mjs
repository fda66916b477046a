// What fails while rows are scored is told, and can be tried again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

test("scores that cannot be saved are told, and can be saved afterwards", async () => {
  const bench = await browser.open("?sample=ads&view=scoring");
  await bench.ready();
  await bench.part("score-data").click();
  await bench.part("score-save").waitFor();
  await bench.page.evaluate(() => {
    window.make = URL.createObjectURL;
    URL.createObjectURL = () => {
      throw new Error("no room");
    };
  });
  await bench.part("score-save").click();
  await bench.part("score-save-error").waitFor();
  assert.match(
    await bench.text("score-save-error"),
    /^The scores could not be saved: no room/,
  );
  await bench.page.evaluate(() => {
    URL.createObjectURL = window.make;
  });
  const { name } = await bench.saved(bench.part("score-save"));
  assert.equal(name, "ads.csv.scores.csv");
  assert.equal(await bench.part("score-save-error").count(), 0);
  await bench.close();
});

test("a scorer that stops is told, and started again when it is asked for", async () => {
  const bench = await browser.open("?sample=ads&view=impression");
  await bench.part("flip-table").waitFor();
  const said = await bench.text("flip-table");
  const worker = bench.page
    .workers()
    .find((worker) => /scorer/.test(worker.url()));
  // An error that nobody catches is what a crash looks like from outside.
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error("killed by the test");
    });
  });
  await bench.part("scorer-error").waitFor();
  assert.match(await bench.text("scorer-error"), /^the scorer stopped: /);
  await bench.part("impression-again").click();
  await bench.part("flip-table").waitFor();
  assert.equal(await bench.text("flip-table"), said);
  assert.equal(await bench.part("scorer-error").count(), 0);
  await bench.close();
});
