// What a first visit fetches until the page can be used; how long the page is held up is told, never asserted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { site, start } from "./browser.mjs";

/** Bytes as gzip, of everything but the wasm that trains. */
const BUDGET = 300_000;

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

test("the first interaction costs at most 300 KB, without the wasm that trains", async (t) => {
  const bench = await browser.open();
  await bench.part("map-1-a").waitFor();
  await bench.pickScenario(1);
  const files = await bench.page.evaluate(() =>
    [
      location.href,
      ...performance.getEntriesByType("resource").map(({ name }) => name),
    ].map((name) =>
      new URL(name).pathname.slice(new URL(document.baseURI).pathname.length),
    ),
  );
  let total = 0;
  for (const file of new Set(files)) {
    const bytes = gzipSync(await readFile(`${site}${file || "index.html"}`));
    t.diagnostic(`${file || "index.html"}: ${bytes.length} bytes as gzip`);
    total += bytes.length;
  }
  t.diagnostic(`first interaction: ${total} bytes as gzip`);
  assert.ok(total <= BUDGET, `${total} bytes`);
  assert.ok(!files.some((file) => file.startsWith("pkg/")), files.join());
  await bench.close();
});

test("scenarios are toggled", async (t) => {
  const bench = await browser.open("?sample=iaac");
  await bench.part("layer-3").waitFor();
  const chips = bench.part("scenarios").getByRole("radio");
  await bench.page.evaluate(() => {
    window.longest = 0; // What loading the page took is another matter.
  });
  for (const chip of await chips.all()) await chip.check();
  t.diagnostic(
    `longest main-thread task while toggling: ${await bench.longestTask()} ms`,
  );
  await bench.close();
});
