// The page for a long time: train, flip, score, again and again, without holding on to memory. Part of `make test-full`.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "../e2e/browser.mjs";

const CYCLES = Number(process.env.CYCLES ?? 200);
/** What the first cycles take is not growth. */
const SETTLED = 10;

/** Put before the worker's own code: lets the test see the wasm's memory. */
const WATCH = `
const start = WebAssembly.instantiateStreaming;
WebAssembly.instantiateStreaming = async (...input) => {
  const made = await start.apply(WebAssembly, input);
  self.watched = made.instance.exports.memory;
  return made;
};
`;

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

test(`${CYCLES} cycles of training, flipping and scoring hold on to no memory`, async (t) => {
  const bench = await browser.open("?sample=ads&epochs=1&maxSteps=2");
  const { page } = bench;
  await page.route(/assets\/worker-.*\.js$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      body: WATCH + (await answer.text()),
    });
  });
  await page.reload();
  await bench.ready();
  const devtools = await bench.context.newCDPSession(page);
  const memory = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize } = await devtools.send("Runtime.getHeapUsage");
    let wasm = 0;
    for (const worker of page.workers())
      wasm += await worker.evaluate(() => self.watched?.buffer.byteLength ?? 0);
    return { page: usedSize, wasm };
  };
  let settled;
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    await bench.view("scenarios");
    await bench.part("seed").fill(String(cycle));
    await bench.part("train").click();
    await page.locator(`[data-settled="true"][data-run="${cycle}"]`).waitFor();
    await bench.pickScenario(cycle % 2);
    await bench.view("scoring");
    await bench.part("score-data").click();
    await bench.part("score-result").waitFor();
    if (cycle === SETTLED) settled = await memory();
  }
  const end = await memory();
  t.diagnostic(`after ${SETTLED} cycles: ${JSON.stringify(settled)}`);
  t.diagnostic(`after ${CYCLES} cycles: ${JSON.stringify(end)}`);
  assert.ok(settled.wasm > 0, "the wasm's memory was seen");
  assert.equal(end.wasm, settled.wasm, "the wasm's memory has grown");
  assert.ok(
    end.page < 1.25 * settled.page,
    `the page's memory has grown from ${settled.page} to ${end.page} bytes`,
  );
  await bench.close();
});
