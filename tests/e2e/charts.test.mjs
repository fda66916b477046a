// What draws curves is fetched when there is a curve to draw.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const LIBRARY = "**/assets/uPlot*.js";
const TINY = "?sample=ads&epochs=1&maxSteps=2&view=training";

/** Trains beside the view of curves, without waiting for a picture. */
async function trained(bench) {
  await bench.ready();
  await bench.part("train").click();
  await bench.settled();
}

for (const width of [360, 1280])
  test(`the library of curves comes with the first one, whose place is kept, ${width} pixels wide`, async () => {
    const bench = await browser.open(TINY, {
      viewport: { width, height: 740 },
    });
    let asked = 0;
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await bench.page.route(LIBRARY, async (route) => {
      asked += 1;
      await held;
      await route.continue();
    });
    await bench.ready();
    assert.equal(asked, 0);
    await trained(bench);
    const charts = ["curve", "runs-chart"];
    const heights = () =>
      Promise.all(
        charts.map(
          async (name) => (await bench.part(name).boundingBox()).height,
        ),
      );
    const kept = await heights();
    go();
    for (const name of charts)
      await bench.part(name).locator("canvas").waitFor();
    assert.deepEqual(await heights(), kept);
    assert.equal(asked, 1);
    await bench.close();
  });

test("curves that cannot be drawn for want of their library are told, and drawn when it is asked for again", async () => {
  const bench = await browser.open(TINY);
  await bench.page.route(LIBRARY, (route) => route.abort());
  await trained(bench);
  for (const name of ["curve", "runs-chart"])
    await bench.part(`${name}-missing`).waitFor();
  // The figures are there all the same.
  assert.match(await bench.text("loss"), /^\d\.\d{4}$/);
  await bench.page.unroute(LIBRARY);
  for (const name of ["curve", "runs-chart"]) {
    await bench.part(`${name}-again`).click();
    await bench.part(name).locator("canvas").waitFor();
    assert.equal(await bench.part(`${name}-missing`).count(), 0);
  }
  await bench.close();
});
