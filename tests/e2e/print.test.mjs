// The page on paper: light whatever the screen is, with nothing to press, and back as it was.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** What the page looks like when it is put on paper: its theme, and the first picture. */
async function printed(bench) {
  await bench.page.evaluate(() => {
    addEventListener("beforeprint", () => {
      const canvas = document.querySelector("canvas");
      window.onPaper = {
        theme: document.documentElement.dataset.theme,
        picture: canvas?.toDataURL(),
      };
    });
  });
  await bench.page.pdf();
  return bench.page.evaluate(() => window.onPaper);
}

const picture = (bench) =>
  bench.page.evaluate(() => document.querySelector("canvas").toDataURL());

test("a dark page is printed light, pictures and curves too, and is dark again", async () => {
  const light = await browser.open("", { colorScheme: "light" });
  await light.part("map-1-a").waitFor();
  const wanted = await picture(light);
  await light.close();

  const bench = await browser.open("?epochs=1&maxSteps=3", {
    colorScheme: "dark",
  });
  await bench.part("map-1-a").waitFor();
  const dark = await picture(bench);
  assert.notEqual(dark, wanted);
  assert.deepEqual(await printed(bench), { theme: "light", picture: wanted });
  await bench.page.waitForFunction(
    (before) => document.querySelector("canvas").toDataURL() === before,
    dark,
  );

  await bench.train();
  await bench.view("training");
  await bench.part("runs-chart").locator("canvas").waitFor();
  const onPaper = await printed(bench);
  assert.equal(onPaper.theme, "light");
  assert.ok(onPaper.picture, "the curve is drawn");
  await bench.close();
});

test("on paper there is nothing to press and nothing is cut off", async () => {
  const bench = await browser.open("", {
    viewport: { width: 690, height: 980 },
  });
  await bench.part("map-1-a").waitFor();
  await bench.page.emulateMedia({ media: "print" });
  assert.deepEqual(
    await bench.page
      .locator("button:visible, select:visible, summary:visible")
      .allInnerTexts(),
    [],
  );
  assert.ok((await bench.tooWide()) <= 0);
  assert.equal(await bench.part("report").isVisible(), true);
  await bench.close();
});
