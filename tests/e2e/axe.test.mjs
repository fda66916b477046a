// axe-core in every view, in both themes, with everything in it that can be there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LOOKS, start, VIEWS } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** Waits until a view has its contents. */
const CONTENTS = {
  scenarios: "report",
  impression: "flip-table",
  diversity: "map-mine",
  training: "runs",
  comparison: "comparison-scenarios",
  scoring: "score-result",
};

for (const [colorScheme, width] of [
  ["light", 1280],
  ["dark", 1280],
  // Where tables are wider than their place.
  ["light", 360],
]) {
  test(`axe finds nothing in any view, ${colorScheme}, ${width} pixels wide`, async () => {
    const bench = await browser.open("?sample=ads&maxSteps=2&epochs=1", {
      colorScheme,
      viewport: { width, height: 900 },
      // Colours that are on their way to others are neither.
      reducedMotion: "reduce",
    });
    const wrong = [];
    const check = async (where) => {
      await bench.unfold();
      for (const found of await bench.axe()) wrong.push(`${where}: ${found}`);
    };
    await bench.ready();
    for (const view of ["training", "comparison", "scoring"]) {
      await bench.view(view);
      await check(`${view}, empty`);
    }
    await bench.part("score-data").click();
    await bench.part("score-result").waitFor();
    await bench.view("comparison");
    const boxes = bench.page.getByRole("group", { name: "Methods" });
    for (const box of await boxes.getByRole("checkbox").all())
      if ((await box.getAttribute("value")) !== "dnn") await box.uncheck();
    await bench.part("trials").fill("1");
    await bench.part("compare").click();
    await bench.page.getByText("Every trial as CSV").waitFor();
    await bench.view("scenarios");
    await bench.train();
    for (const view of VIEWS) {
      await bench.view(view);
      await bench.part(CONTENTS[view]).waitFor();
      await check(view);
    }
    await bench.view("scenarios");
    for (const look of LOOKS) {
      await bench.look(look);
      await bench.part(`layer-3`).waitFor();
      await check(`scenarios, ${look}`);
    }
    await bench.part("start-tour").click();
    await check("tour");
    await bench.page.keyboard.press("Escape");
    await bench.part("csv-file").setInputFiles({
      name: "own.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("just one line of text\n"),
    });
    await bench.part("data-error").waitFor();
    await bench.part("present").click();
    await check("presentation");
    await bench.part("present").click();
    await check("a file that is refused");
    assert.deepEqual(wrong, []);
    await bench.close();
  });
}
