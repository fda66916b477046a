import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const csv = (text, name = "own.csv") => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(text),
});

test("a bad file is refused where it was opened, and the page lives on", async () => {
  const bench = await browser.open("?epochs=1");
  await bench.ready();
  for (const bad of [
    "",
    "just one line of text\n",
    "rating,category\nfive,Headphones\n",
  ]) {
    await bench.part("csv-file").setInputFiles(csv(bad));
    await bench.part("data-error").waitFor();
    const message = await bench.text("data-error");
    assert.ok(message.length > 10 && !message.includes("\n"), message);
    assert.doesNotMatch(message, /undefined|RuntimeError|unreachable/);
    assert.equal(await bench.part("train").isDisabled(), true);
    await bench.part("sample-amazon").click();
    await bench.ready();
  }
  await bench.train();
  await bench.close();
});

test("a schema that does not fit is refused and can be mended", async () => {
  const bench = await browser.open();
  await bench.ready();
  await bench.page.locator("summary", { hasText: "Schema" }).click();
  const good = await bench.part("schema").inputValue();
  await bench.part("schema").fill("this is = = not TOML");
  await bench.part("use-schema").click();
  await bench.part("data-error").waitFor();
  await bench.part("schema").fill(good);
  await bench.part("use-schema").click();
  await bench.ready();
  await bench.close();
});

test("while the page and its module are on their way it says so", async () => {
  const bench = await browser.open("?epochs=1");
  await bench.part("map-1-a").waitFor();
  assert.equal(await bench.page.getByText("is loading").count(), 0);
  // A module that does not come.
  let go;
  const slow = new Promise((resolve) => (go = resolve));
  await bench.page.route("**/pkg/cpu/**", async (route) => {
    await slow;
    await route.continue();
  });
  await bench.part("train").click();
  await bench.part("pace").waitFor();
  assert.notEqual(await bench.text("pace"), "");
  go();
  await bench.settled();
  // Nor do the page's scripts.
  await bench.page.route("**/assets/index-*.js", (route) => route.abort());
  await bench.page.reload();
  await bench.page.getByText("The page is loading").waitFor();
  await bench.close();
});

test("a setting the model refuses is shown beside the button", async () => {
  const bench = await browser.open("?epochs=1&lr=0");
  await bench.ready();
  await bench.part("train").click();
  await bench.part("train-error").waitFor();
  // In words of the page: the command's flags are none here.
  assert.match(await bench.text("train-error"), /\(change lr\)/);
  await bench.part("epochs").fill("1.5");
  await bench.part("train").click();
  await bench.page
    .getByTestId("train-error")
    .getByText("epochs is 1.5; it must be a whole number")
    .waitFor();
  await bench.ready();
  await bench.close();
});

test("a comparison takes as many trials as the page offers", async () => {
  const bench = await browser.open("?view=comparison");
  await bench.ready();
  for (const wrong of ["1.5", "21", "0", ""]) {
    await bench.part("trials").fill(wrong);
    await bench.part("trials-wrong").waitFor();
    assert.equal(await bench.part("compare").isDisabled(), true, wrong);
    assert.doesNotMatch(
      await bench.page.locator("#stage").innerText(),
      /null|1\.5 times/,
    );
  }
  await bench.part("trials").fill("20");
  await bench.page.locator('[data-testid="compare"]:enabled').waitFor();
  assert.equal(await bench.part("trials-wrong").count(), 0);
  await bench.close();
});

test("a model is saved, opened again in a fresh page and shows the same", async () => {
  const bench = await browser.open("?epochs=1&sample=ads");
  await bench.train();
  const picture = await bench.pixels("map-1-a");
  const waiting = bench.page.waitForEvent("download");
  await bench.part("save").click();
  const bytes = await readFile(await (await waiting).path());
  await bench.close();

  const other = await browser.open("?sample=ads");
  await other.ready();
  const file = {
    name: "mine.safetensors",
    mimeType: "application/octet-stream",
  };
  await other
    .part("model-file")
    .setInputFiles({ ...file, buffer: bytes.subarray(0, 100) });
  await other.part("model-error").waitFor();
  await other.part("model-file").setInputFiles({ ...file, buffer: bytes });
  await other.page
    .locator('[data-testid="model-info"][data-origin="file"]')
    .waitFor();
  assert.equal(await other.pixels("map-1-a"), picture);
  assert.equal(await other.part("model-error").count(), 0);
  await other.close();
});

test("what cannot be copied or saved is told", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("map-1-a").waitFor();
  await bench.page.evaluate(() => {
    // As on a host without https.
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    HTMLImageElement.prototype.decode = () =>
      Promise.reject(new Error("no picture"));
  });
  await bench.part("copy-link").click();
  await bench.part("copy-error").waitFor();
  await bench.page
    .getByRole("button", { name: /as PNG$/ })
    .first()
    .click();
  assert.match(await bench.text("picture-error"), /no picture/);
  await bench.page.route("**/*.safetensors", (route) => route.abort());
  await bench.part("save").click();
  await bench.part("save-error").waitFor();
  await bench.close();
});

test("while a model is worked on no other can be opened, and the button shows it", async () => {
  const bench = await browser.open("?sample=ads&epochs=200&patience=200");
  await bench.ready();
  const opener = bench.part("model-file");
  const label = opener.locator("..");
  const looks = () =>
    label.evaluate((label) => {
      const { opacity, cursor } = getComputedStyle(label);
      return { opacity, cursor };
    });
  const before = await looks();
  await bench.part("train").click();
  await bench.status("running");
  assert.equal(await opener.isDisabled(), true);
  assert.notDeepEqual(await looks(), before);
  await bench.part("cancel").click();
  await bench.page.locator('[data-testid="model-file"]:enabled').waitFor();
  assert.deepEqual(await looks(), before);
  await bench.close();
});

test("a file that is dropped beside its place does not take the page's", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("map-1-a").waitFor();
  const opened = await bench.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["a,b\n"], "missed.csv"));
    return ["dragover", "drop"].map((type) =>
      document.querySelector("h1").dispatchEvent(
        new DragEvent(type, {
          bubbles: true,
          cancelable: true,
          dataTransfer,
        }),
      ),
    );
  });
  assert.deepEqual(opened, [false, false]);
  await bench.close();
});

test("another device cannot be chosen while something is at work on the one that is open", async () => {
  const bench = await browser.open("?sample=ads&epochs=1&maxSteps=2");
  await bench.train();
  const choice = (state) =>
    bench.page.locator(`[data-testid="device-choice"]:${state}`).waitFor();
  await choice("enabled");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await bench.page.route("**/samples/amazon.json", async (route) => {
    await held;
    await route.continue();
  });
  await bench.part("sample-amazon").click();
  await choice("disabled");
  release();
  await choice("enabled");
  await bench.close();
});

test("after another log is opened, what is shown says whose it is", async () => {
  const bench = await browser.open("?sample=ads&epochs=1&maxSteps=2");
  await bench.train();
  assert.match(await bench.text("report-of"), /^test part of ads\.csv/);
  await bench.page.waitForURL(/trained/);
  await bench.part("sample-amazon").click();
  await bench.page.waitForURL((url) => !/trained/.test(url.search));
  await bench.ready();

  await bench.train();
  const lines = Array.from(
    { length: 300 },
    (_, i) => `${i % 2},${"xy"[i % 2]},thing-${i % 7}`,
  );
  const own = csv(`label,place,thing\n${lines.join("\n")}\n`);
  await bench.part("csv-file").setInputFiles(own);
  await bench.part("model-apart").waitFor();
  assert.match(await bench.text("model-apart"), /^own\.csv has been opened/);
  assert.match(await bench.text("data-of-model"), /on amazon\.csv$/);
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  await bench.view("diversity");
  await bench.part("map-mine").waitFor();
  assert.match(await bench.text("retrain-obstacle"), /own\.csv/);
  assert.equal(await bench.part("retrain").isDisabled(), true);
  await bench.close();
});

for (const [view, picture] of [
  ["diversity", "map-mine"],
  ["impression", "flip-table"],
])
  test(`${view}: what could not be fetched is fetched when it is asked for again`, async () => {
    const bench = await browser.open("?sample=ads");
    await bench.part("map-1-a").waitFor();
    const missing = "**/samples/ads.more.json";
    await bench.page.route(missing, (route) => route.fulfill({ status: 503 }));
    await bench.view(view);
    await bench.part(`${view}-error`).waitFor();
    const stage = bench.page.getByRole("tabpanel");
    assert.equal(await stage.getByRole("status").count(), 0);
    await bench.page.unroute(missing);
    await bench.part(`${view}-again`).click();
    await bench.part(picture).waitFor();
    assert.equal(await bench.part(`${view}-error`).count(), 0);
    await bench.close();
  });

test("WebGPU without an adapter: the reason is shown and the CPU trains", async () => {
  const bench = await browser.open("?device=webgpu&epochs=1&sample=ads");
  await bench.ready();
  assert.match(
    await bench.text("device-fallback"),
    /WebGPU.*; the CPU is used instead/,
  );
  await bench.train();
  await bench.part("device-choice").selectOption("webgpu");
  await bench.part("device-fallback").waitFor();
  await bench.close();
});

test("CPU against WebGPU is measured, and its absence told with the CPU's rates", async () => {
  const bench = await browser.open("?sample=ads&epochs=1&batch=100&maxSteps=3");
  await bench.ready();
  await bench.part("crossover").locator("summary").click();
  await bench.part("measure-crossover").click();
  await bench.part("crossover-verdict").waitFor();
  assert.match(
    await bench.text("crossover-verdict"),
    /^Only the CPU was measured\. WebGPU cannot be used: /,
  );
  const rows = await bench.part("crossover").locator("tbody tr").all();
  const cells = await Promise.all(
    rows.map((row) => row.locator("th, td").allInnerTexts()),
  );
  assert.ok(cells.some(([batch]) => batch === "100"));
  for (const [, cpu, gpu] of cells) {
    assert.match(cpu, /^[1-9][\d,]*$/);
    assert.equal(gpu, "–");
  }
  await bench.train();
  // One device alone was not the faster one.
  assert.doesNotMatch(await bench.text("device-reason"), /measured/);
  await bench.close();
});

test("the theme follows the system until it is toggled, and the choice stays", async () => {
  const bench = await browser.open("", { colorScheme: "dark" });
  const theme = () =>
    bench.page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "dark");
  await bench.part("theme").click();
  assert.equal(await theme(), "light");
  await bench.page.reload();
  assert.equal(await theme(), "light");
  await bench.close();
});

test("nothing is wider than a phone", async () => {
  const bench = await browser.open("?epochs=1&sample=ads", {
    viewport: { width: 360, height: 740 },
  });
  await bench.train();
  await bench.compareWith(1);
  await bench.part("map-1-difference").waitFor();
  const overflow = await bench.page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  await bench.close();
});
