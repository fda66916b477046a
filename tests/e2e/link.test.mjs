// A link shows the same to somebody else.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** Opens what a page shows in a browser that has never been here; what it downloads for it is its own. */
const elsewhere = (bench) => browser.open(new URL(bench.page.url()).search);
const MAPS = ["map-1-a", "map-1-b", "map-1-difference", "map-3-a"];
const pictures = async (bench) => {
  await bench.part("map-3-a").waitFor();
  return Promise.all(MAPS.map((map) => bench.pixels(map)));
};

test("a link to a sample's own model shows the same matrices, scenarios and all", async () => {
  const bench = await browser.open();
  await bench.part("sample-ads").click();
  await bench.part("map-1-a").waitFor();
  await bench.pickScenario(1);
  await bench.compareWith(2);
  await bench.part("morph").fill("0.4");
  await bench.part("theme").click();
  const shown = await pictures(bench);
  const said = await bench.text("sentence");

  const other = await elsewhere(bench);
  assert.match(other.page.url(), /sample=ads/);
  await other.part("theme").click();
  assert.equal(await other.part("morph").inputValue(), "0.4");
  assert.deepEqual(await pictures(other), shown);
  assert.equal(await other.text("sentence"), said);
  await other.close();
  await bench.close();
});

test("a link to a model that was trained here trains it again, whatever was set since", async () => {
  const bench = await browser.open("?sample=ads&maxSteps=20");
  await bench.ready();
  await bench.part("map-1-a").waitFor();
  await bench.compareWith(1);
  const own = await pictures(bench);
  await bench.part("seed").fill("5");
  await bench.part("epochs").fill("2");
  await bench.part("variant").selectOption("c");
  await bench.part("lambda").fill("0.3");
  await bench.train();
  const shown = await pictures(bench);
  assert.notDeepEqual(shown, own);
  await bench.part("seed").fill("6");
  await bench.part("method").selectOption("star");

  const other = await elsewhere(bench);
  await other.settled();
  assert.deepEqual(await pictures(other), shown);
  assert.equal(await other.part("seed").inputValue(), "5");
  await other.close();
  await bench.close();
});

test("a link to a flipped impression shows it flipped", async () => {
  const bench = await browser.open("?sample=ads&view=impression");
  await bench.part("flip-table").waitFor();
  await bench.part("flip").getByRole("radio").nth(1).check();
  await bench.page.getByText("points)").waitFor();
  const said = await bench.text("flip-sentence");
  const other = await elsewhere(bench);
  await other.part("flip-table").waitFor();
  assert.equal(await other.text("flip-sentence"), said);
  await other.close();
  await bench.close();
});

test("a link made with a file of its own says so, and nothing of the file is in it", async () => {
  const bench = await browser.open("?epochs=1&maxSteps=2");
  await bench.ready();
  const rows = Array.from(
    { length: 300 },
    (_, i) => `${i % 2},${"xy"[i % 2]},secret-${i % 7}`,
  );
  await bench.part("csv-file").setInputFiles({
    name: "secret.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`label,place,thing\n${rows.join("\n")}\n`),
  });
  await bench.part("schema").waitFor();
  await bench.page.waitForURL(/own/);
  assert.doesNotMatch(bench.page.url(), /secret/);
  const other = await elsewhere(bench);
  assert.match(await other.text("notice"), /open the same file/);
  // Whoever goes on with something else is not told any longer.
  await other.part("sample-ads").click();
  await other.part("notice").waitFor({ state: "detached" });
  await other.close();
  await bench.close();
});

test("a link to a model that was trained with an edited schema says so", async () => {
  const bench = await browser.open("?sample=ads&epochs=1&maxSteps=2");
  await bench.ready();
  await bench.page.locator("summary", { hasText: "Schema" }).click();
  const schema = await bench.part("schema").inputValue();
  await bench.part("schema").fill(`${schema}\n# edited\n`);
  await bench.part("use-schema").click();
  await bench.page.locator('[data-testid="use-schema"]:disabled').waitFor();
  await bench.train();
  await bench.page.waitForURL(/own=schema/);
  const other = await elsewhere(bench);
  assert.match(await other.text("notice"), /edited schema/);
  await other.part("sample-ads").click();
  await other.part("notice").waitFor({ state: "detached" });
  await other.close();
  // The next one is trained as the sample came.
  await bench.part("sample-ads").click();
  await bench.train();
  await bench.page.waitForURL(
    ({ searchParams }) =>
      searchParams.has("trained") && !searchParams.has("own"),
  );
  await bench.close();
});

test("a link made with a model file says so", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.ready();
  await bench.part("map-1-a").waitFor();
  const { bytes } = await bench.saved(bench.part("save"));
  const file = {
    name: "mine.safetensors",
    mimeType: "application/octet-stream",
    buffer: bytes,
  };
  await bench.part("model-file").setInputFiles(file);
  await bench.page.waitForURL(/own=model/);
  const other = await elsewhere(bench);
  assert.match(await other.text("notice"), /model file/);
  await other.part("model-file").setInputFiles(file);
  await other.part("notice").waitFor({ state: "detached" });
  await other.close();
  await bench.close();
});

test("the address says from the start what the link asked for, and keeps it until it is there", async () => {
  const bench = await browser.open();
  await bench.part("map-1-a").waitFor();
  const { page } = bench;
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/samples/index.json", async (route) => {
    await held;
    await route.continue();
  });
  const query = "?sample=ads&epochs=1&maxSteps=2&trained";
  const { origin, pathname } = new URL(page.url());
  await page.goto(`${origin}${pathname}${query}`);
  await bench.part("train").waitFor();
  const seen = new Set([new URL(page.url()).search]);
  await page.exposeFunction("moved", (search) => seen.add(search));
  await page.evaluate(() => {
    const replace = history.replaceState.bind(history);
    history.replaceState = (...args) => {
      replace(...args);
      window.moved(location.search);
    };
  });
  release();
  await bench.settled();
  await bench.part("map-1-a").waitFor();
  for (const search of [...seen, new URL(page.url()).search])
    assert.deepEqual(
      [...new URLSearchParams(search).keys()].sort(),
      ["epochs", "maxSteps", "sample", "trained"],
      search,
    );
  await bench.close();
});

test("a page that finds no samples makes no link to a file of one's own", async () => {
  const bench = await browser.open();
  await bench.part("map-1-a").waitFor();
  await bench.page.route("**/samples/index.json", (route) => route.abort());
  await bench.page.reload();
  await bench.part("data-error").waitFor();
  assert.equal(new URL(bench.page.url()).search, "");
  await bench.close();
});

test("a link with nonsense in it opens the page", async () => {
  const bench = await browser.open(
    "?sample=nothing&view=nowhere&look=x&scenario=nobody&epochs=-1&seed=a&hidden=0",
  );
  await bench.part("map-1-a").waitFor();
  await bench.ready();
  assert.equal(
    await bench.part("tab-scenarios").getAttribute("aria-selected"),
    "true",
  );
  assert.match(await bench.text("absent"), /“nothing”.*“nobody”/);
  await bench.pickScenario(1);
  await bench.page.waitForFunction(
    () =>
      !document
        .querySelector('[data-testid="absent"]')
        .innerText.includes("nobody"),
  );
  await bench.part("sample-ads").click();
  await bench.part("absent").waitFor({ state: "detached" });
  await bench.close();
});

test("what goes wrong is told where the controls are not shown, too", async () => {
  const bench = await browser.open("?sample=ads&present&trained&lr=9");
  await bench.part("present-error").waitFor();
  assert.match(await bench.text("present-error"), /the learning rate 9/);
  await bench.part("present").click();
  assert.match(await bench.text("train-error"), /the learning rate 9/);
  assert.equal(await bench.part("present-error").count(), 0);
  await bench.close();
});

test("the button copies the address", async () => {
  const bench = await browser.open("?sample=ads", {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await bench.part("map-1-a").waitFor();
  await bench.part("copy-link").click();
  await bench.page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(
    await bench.page.evaluate(() => navigator.clipboard.readText()),
    bench.page.url(),
  );
  await bench.close();
});
