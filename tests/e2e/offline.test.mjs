// After the first visit the page needs no network.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { site, start } from "./browser.mjs";

// The hook teaches older versions of Node to import TypeScript.
await import("../../www/scripts/typescript-hook.mjs");
const { writeServiceWorker } = await import("../../www/scripts/offline.mjs");

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
  await bench.view("training");
  await bench.part("curve").locator("canvas").waitFor();
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

/** A copy of the site that can become another version. */
async function renewable(t) {
  const root = await mkdtemp(join(tmpdir(), "mi-dpg-site-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  await cp(site, root, { recursive: true });
  const own = await start([], root);
  t.after(() => own.close());
  const renew = async (title) => {
    const page = join(root, "index.html");
    const text = await readFile(page, "utf8");
    await writeFile(
      page,
      text.replace(/<title>.*<\/title>/, `<title>${title}</title>`),
    );
    await writeFile(join(root, "samples/index.json"), "[]");
    await writeServiceWorker(root);
  };
  return { root, own, renew };
}

const listed = () =>
  fetch("samples/index.json").then((answer) => answer.json());

test("a page has the files of its own version until it is closed, and loads the newer one when it is asked to", async (t) => {
  const { own, renew } = await renewable(t);
  const bench = await own.open("", { serviceWorkers: "allow" });
  await bench.part("map-1-a").waitFor();
  await controlled(bench.page);
  assert.equal(await bench.part("newer").count(), 0);
  await renew("The next one");
  // A page that is opened now is of the version that is kept, and finds the newer one.
  const other = await bench.context.newPage();
  await other.goto(bench.page.url());
  await other.getByTestId("newer").waitFor();
  assert.notEqual(await other.title(), "The next one");
  for (const page of [bench.page, other])
    assert.equal((await page.evaluate(listed)).length, 3);

  // Neither takes the other's files away.
  await other.getByTestId("load-newer").click();
  await other.getByText("close them first").waitFor();
  assert.equal((await bench.page.evaluate(listed)).length, 3);
  await other.close();
  await bench.part("load-newer").click();
  await bench.page.waitForFunction(() => document.title === "The next one");
  assert.deepEqual(await bench.page.evaluate(listed), []);
  await bench.close();
});

test("a site that is half renewed is not kept", async (t) => {
  const { root, own } = await renewable(t);
  await writeFile(join(root, "samples/index.json"), "[]");
  const page = await own.blank();
  const ended = await page.evaluate(async () => {
    const { installing } = await navigator.serviceWorker.register("./sw.js");
    return new Promise((resolve) =>
      installing.addEventListener("statechange", () =>
        resolve(installing.state),
      ),
    );
  });
  assert.equal(ended, "redundant");
  await page.close();
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
