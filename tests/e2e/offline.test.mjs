// After the first visit the page needs no network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** Waits until the page is answered by its service worker, which is returned. */
async function controlled(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, {
          once: true,
        }),
      );
  });
  return page.context().serviceWorkers()[0];
}

test("with the network cut the page reloads, shows its model, trains and scores", async () => {
  const bench = await browser.open("", { serviceWorkers: "allow" });
  await bench.part("map-1-a").waitFor();
  await controlled(bench.page);
  const shown = await bench.pixels("map-1-a");
  await bench.context.setOffline(true);
  await bench.page.reload();
  await bench.part("map-1-a").waitFor();
  assert.equal(await bench.pixels("map-1-a"), shown);

  // A view that was never opened while there was a network, and a sample too.
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  await bench.part("sample-iaac").click();
  await bench.view("scoring");
  await bench.part("score-data").click();
  await bench.part("score-result").waitFor();
  await bench.view("scenarios");
  const { origin, pathname } = new URL(bench.page.url());
  await bench.page.goto(
    `${origin}${pathname}?sample=ads&epochs=1&maxSteps=2&trained`,
  );
  await bench.settled();
  await bench.part("map-1-a").waitFor();
  await bench.close();
});

test("an answer waits neither for its copy nor for room to keep it", async () => {
  const bench = await browser.open("", { serviceWorkers: "allow" });
  const worker = await controlled(bench.page);
  // sw.js is not among the files that are kept from the start.
  const status = () =>
    bench.page.evaluate(async () => (await fetch("sw.js")).status);
  await worker.evaluate(() => {
    Cache.prototype.put = () => Promise.reject(new Error("no room"));
  });
  assert.equal(await status(), 200);
  await worker.evaluate(() => {
    Cache.prototype.put = () => new Promise(() => undefined);
  });
  assert.equal(await status(), 200);
  await bench.close();
});

test("a link is kept as the page that it leads to, and no other file is", async () => {
  const bench = await browser.open("", { serviceWorkers: "allow" });
  const worker = await controlled(bench.page);
  await worker.evaluate(() => {
    self.kept = [];
    self.keeps = new EventTarget();
    Cache.prototype.put = async (key) => {
      self.kept.push(key.url ?? key);
      self.keeps.dispatchEvent(new Event("kept"));
    };
  });
  const { origin, pathname } = new URL(bench.page.url());
  const paths = ["?seed=2", "index.html?seed=3", "samples/index.json"];
  const urls = paths.map((path) => `${origin}${pathname}${path}`);
  for (const url of urls) await bench.page.goto(url);
  const kept = await worker.evaluate(async (last) => {
    while (!self.kept.includes(last))
      await new Promise((resolve) =>
        self.keeps.addEventListener("kept", resolve, { once: true }),
      );
    return self.kept;
  }, urls[2]);
  assert.equal(kept.filter((key) => key === "./").length, 2);
  assert.deepEqual(
    kept.filter((key) => key.includes("?")),
    [],
  );
  await bench.close();
});

test("a new version clears the caches of the one before, and of no other copy of the page", async () => {
  const page = await browser.blank();
  const caches = await page.evaluate(async () => {
    const here = location.pathname;
    const names = [`mi-dpg ${here} 0`, `mi-dpg ${here}next/ 0`, "mi-dpg / 0"];
    for (const name of names) await caches.open(name);
    // As the first versions called them, which did not say of which copy they were.
    for (const [hash, path] of [
      ["0123456789ab", here],
      ["ba9876543210", `${here}next/`],
    ]) {
      const name = `mi-dpg-${hash}`;
      await (await caches.open(name)).put(path, new Response("page"));
      names.push(name);
    }
    await navigator.serviceWorker.register("./sw.js");
    return names;
  });
  await controlled(page);
  const left = await page.evaluate(() => window.caches.keys());
  assert.deepEqual(
    caches.map((name) => left.includes(name)),
    [false, true, true, false, true],
  );
  assert.equal(left.length, 4);
  await page.close();
});
