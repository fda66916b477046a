// On the software adapter: it shows that training works on WebGPU, not how fast a GPU is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gpuBuilt, GPU_FLAGS, start } from "./browser.mjs";

const skip = gpuBuilt ? false : "pkg/gpu is not built";
const ROWS = 200;

let browser;
before(async () => {
  if (!skip) browser = await start(GPU_FLAGS);
});
after(() => browser?.close());

test("trains on WebGPU and flips scenarios", { skip }, async (t) => {
  const bench = await onWebGpu(t, "epochs=1&batch=64&maxSteps=4");
  if (bench === null) return;
  await bench.train();
  await bench.view("training");
  assert.equal(await bench.text("ran-on"), await bench.text("device-name"));
  assert.match(await bench.text("ran-on"), /gpu/i);
  assert.match(await bench.text("loss"), /^\d\.\d{4}$/);
  await bench.view("scenarios");
  const one = await bench.pixels("map-1-a");
  await bench.pickScenario(1);
  await bench.page.waitForFunction(
    () =>
      document.querySelectorAll('[data-testid="scenarios"] input')[1].checked,
  );
  assert.notEqual(await bench.pixels("map-1-a"), one);
  await bench.compareWith(0);
  await bench.part("map-1-difference").waitFor();
  await bench.close();
});

test(
  "a GPU that is lost while it trains: the CPU goes on where it was",
  { skip },
  async (t) => {
    const bench = await onWebGpu(t, "epochs=4&patience=9&batch=80");
    if (bench === null) return;
    await bench.part("train").click();
    await bench.view("training");
    const epochs = bench.part("epochs-table").locator("tbody tr");
    await epochs.first().waitFor({ state: "attached" });
    const devtools = await bench.context.browser().newBrowserCDPSession();
    await devtools.send("Browser.crashGpuProcess");
    await bench.part("device-fallback").waitFor();
    assert.match(
      await bench.text("device-fallback"),
      /; went on with the CPU after step [2-8]$/,
    );
    await bench.status("done");
    assert.equal(await bench.text("ran-on"), await bench.text("device-name"));
    assert.doesNotMatch(await bench.text("ran-on"), /gpu/i);
    assert.equal(await epochs.count(), 4);
    await bench.close();
  },
);

/** The page on WebGPU with a few rows of the ads sample; null, and the test is skipped, where no adapter is. */
async function onWebGpu(t, query) {
  const bench = await browser.open(`?device=webgpu&sample=ads&${query}`);
  await bench.ready();
  await bench.part("device-name").waitFor();
  if ((await bench.part("device-fallback").count()) > 0) {
    const reason = await bench.text("device-fallback");
    // This browser has no software adapter; anything else that keeps WebGPU away is a fault.
    if (/no GPU adapter|no WebGPU/.test(reason)) {
      await bench.close();
      t.skip(reason);
      return null;
    }
    assert.fail(reason);
  }
  await useFewRows(bench);
  return bench;
}

/** Takes the first rows of the sample as the user's own file, with the schema that is guessed. */
async function useFewRows(bench) {
  const text = await bench.page.evaluate(async () => {
    const samples = await (await fetch("samples/index.json")).json();
    const { file } = samples.find(({ preset }) => preset === "ads");
    return (await fetch(`samples/${file}`)).text();
  });
  const few = text
    .split("\n")
    .slice(0, ROWS + 1)
    .join("\n");
  await bench.part("csv-file").setInputFiles({
    name: "few.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(`${few}\n`),
  });
  await bench.page.waitForFunction(() =>
    document
      .querySelector('[data-testid="schema"]')
      ?.value.startsWith("# Guessed"),
  );
  await bench.ready();
}
