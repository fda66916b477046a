// What a first visit fetches until the page can be used; how long the page is held up is told, never asserted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { site, start } from "./browser.mjs";

/** Bytes as gzip, of everything but the wasm that trains. */
const BUDGET = 100_000;

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

test("the first interaction costs at most 100 KB, without the wasm that trains", async (t) => {
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

/** What a trace says of the main thread, in a line. */
function told(what, tasks) {
  const long = tasks.filter(({ ms }) => ms > 50);
  const which = long.map((task) => ` (${task.parts().join(", ")})`).join("");
  return `${what}: ${tasks.length} tasks, the longest ${tasks[0].ms.toFixed(1)} ms, ${long.length} over 50 ms${which}`;
}

test("what holds up the page while scenarios are toggled, in every look", async (t) => {
  const bench = await browser.open("?sample=iaac");
  await bench.part("layer-3").waitFor();
  const chips = await bench.part("scenarios").getByRole("radio").all();
  for (const look of ["shift", "matrix", "two"]) {
    await bench.look(look);
    await bench.part("layer-3").waitFor();
    const tasks = await bench.traced(async () => {
      for (const chip of chips) await chip.check();
    });
    t.diagnostic(told(`${chips.length} scenarios, ${look}`, tasks));
  }
  await bench.close();
});

test("what holds up the page while a model is trained, and scenarios are toggled meanwhile", async (t) => {
  const bench = await browser.open("?epochs=6&patience=6&batch=32");
  await bench.part("map-1-a").waitFor();
  await bench.ready();
  const tasks = await bench.traced(async () => {
    await bench.part("train").click();
    await bench.status("running");
    await bench.pickScenario(1);
    await bench.pickScenario(2);
    await bench.settled();
    await bench.part("map-1-a").waitFor();
  });
  t.diagnostic(told("training", tasks));
  await bench.close();
});
