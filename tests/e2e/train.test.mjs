import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

test("the sample trains on the CPU, and the scenarios change the picture", async (t) => {
  const bench = await browser.open("?epochs=2&batch=256");
  await bench.ready();
  const first = await bench.page.evaluate(async () => {
    window.longest = 0; // What loading the page took is another matter.
    const start = performance.now();
    document.querySelector('[data-testid="train"]').click();
    for (;;) {
      const mark = performance.getEntriesByName("mi-dpg:step")[0];
      if (mark) return mark.startTime - start;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  t.diagnostic(
    `first training event ${Math.round(first)} ms after Train was pressed`,
  );
  await bench.settled();
  await bench.view("training");
  assert.match(await bench.text("loss"), /^\d\.\d{4}$/);
  assert.match(await bench.text("auc"), /^0\.\d{4}$/);
  assert.equal(await bench.text("ran-on"), await bench.text("device-name"));
  await bench.view("scenarios");
  t.diagnostic(
    `longest main-thread task while training ${await bench.longestTask()} ms`,
  );

  await bench.part("map-1-a").waitFor();
  const one = await bench.pixels("map-1-a");
  const said = await bench.text("sentence");
  await bench.pickScenario(1);
  await bench.page.waitForFunction(
    (before) =>
      document.querySelector('[data-testid="sentence"]').innerText !== before,
    said,
  );
  assert.notEqual(await bench.pixels("map-1-a"), one);
  await bench.pickScenario(0);
  assert.equal(await bench.pixels("map-1-a"), one);
  t.diagnostic(
    `longest main-thread task after flipping scenarios ${await bench.longestTask()} ms`,
  );

  const scenarios = await bench.part("scenarios").getByRole("radio").count();
  assert.ok(scenarios > 1);
  assert.equal(
    (await bench.part("report").locator("tbody tr").count()) > scenarios / 2,
    true,
  );
  await bench.close();
});

test("the curve is drawn, in either theme", async () => {
  const bench = await browser.open("?epochs=2&batch=256");
  await bench.train();
  await bench.view("training");
  // Resolves when each line's colour is on the canvas; a chart without data has its axes alone.
  const drawn = () =>
    bench.page.waitForFunction(() => {
      const canvas = document.querySelector('[data-testid="curve"] canvas');
      if (!canvas?.width) return false;
      const context = canvas.getContext("2d");
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const style = getComputedStyle(document.documentElement);
      return ["--accent", "--warm"].every((token) => {
        context.fillStyle = style.getPropertyValue(token).trim();
        const hex = context.fillStyle;
        const colour = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
        let ink = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (colour.every((c, k) => Math.abs(c - data[i + k]) < 12)) ink++;
        }
        return ink > 20;
      });
    });
  await drawn();
  await bench.part("theme").click();
  await drawn();
  await bench.close();
});

test("two scenarios give a difference with its range, values and a table", async () => {
  const bench = await browser.open("?epochs=1&sample=ads");
  await bench.train();
  await bench.compareWith(1);
  await bench.part("map-1-difference").waitFor();
  const range = (await bench.text("map-1-difference-range")).split(/\s+/);
  assert.match(range[0], /^−0\.\d{4}$/);
  assert.equal(range.at(-1), range[0].replace("−", "+"));
  assert.notEqual(await bench.pixels("map-1-a"), await bench.pixels("map-1-b"));
  await bench.part("map-1-a").hover();
  assert.match(
    await bench.text("readout-1"),
    /outputs .* × inputs .*: 0\.\d+ − 0\.\d+ = [+−]0\.\d+/,
  );
  for (const table of ["table-1", "table-1-a", "table-1-b"]) {
    await bench.part(table).locator("summary").click();
    await bench.part(table).locator("tbody tr").first().waitFor();
  }
  await bench.look("shift");
  assert.match(await bench.text("sentence"), /mean over scenarios/);
  await bench.close();
});

test("scenarios are flipped with the keyboard alone", async () => {
  const bench = await browser.open("?epochs=1&sample=ads");
  await bench.train();
  const radios = bench.part("scenarios").getByRole("radio");
  await radios.first().focus();
  await bench.page.keyboard.press("ArrowRight");
  assert.equal(await radios.nth(1).isChecked(), true);
  await bench.close();
});

test("the same seed gives the same matrices", async () => {
  const pictures = [];
  for (let i = 0; i < 2; i++) {
    const bench = await browser.open("?epochs=1&sample=ads&seed=3");
    await bench.train();
    pictures.push(await bench.pixels("map-1-a"));
    await bench.close();
  }
  assert.equal(pictures[0], pictures[1]);
});

for (const method of ["dnn", "ple", "star", "pepnet", "adasparse", "apg"]) {
  test(`${method} trains, and says that it has no S`, async () => {
    const bench = await browser.open(`?epochs=1&sample=ads&method=${method}`);
    await bench.ready();
    await bench.part("train").click();
    await bench.part("no-matrices").waitFor();
    await bench.settled();
    await bench.part("report").waitFor();
    await bench.view("training");
    assert.match(await bench.text("auc"), /^0\.\d{4}$/);
    await bench.close();
  });
}

test("a run is paused, resumed and cancelled, and the next one trains", async () => {
  const bench = await browser.open("?epochs=200&patience=200&batch=32");
  await bench.ready();
  await bench.part("train").click();
  await bench.status("running");
  await bench.part("pause").click();
  await bench.status("paused");
  await bench.part("pause").click();
  await bench.status("running");
  const step = await bench.text("step");
  await bench.page.waitForFunction(
    (before) =>
      document.querySelector('[data-testid="step"]').innerText !== before,
    step,
  );
  await bench.part("cancel").click();
  await bench.status("cancelled");
  await bench.part("epochs").fill("1");
  await bench.train();
  await bench.close();
});

test("widths that are none are told, and those before are trained with until others are", async () => {
  const bench = await browser.open("?sample=ads&epochs=1&maxSteps=2");
  await bench.ready();
  await bench.page.locator("summary", { hasText: "More settings" }).click();
  await bench.part("hidden").fill("8,4");
  await bench.part("hidden").fill("8,4,");
  assert.match(await bench.text("widths-wrong"), /; 8,4 is used\.$/);
  await bench.train();
  await bench.part("layer-2").waitFor();
  assert.equal(await bench.part("layer-3").count(), 0);
  assert.equal(await bench.part("hidden").inputValue(), "8,4,");
  await bench.part("hidden").fill("8, 4, 2");
  assert.equal(await bench.part("widths-wrong").count(), 0);
  await bench.train();
  await bench.part("layer-3").waitFor();
  await bench.close();
});

test("on a phone the pictures are one touch away from the button that trains", async () => {
  const bench = await browser.open("?sample=ads&epochs=1&view=training", {
    viewport: { width: 360, height: 640 },
  });
  await bench.ready();
  await bench.part("train").click();
  await bench.settled();
  await bench.part("to-pictures").click();
  const top = await bench.page
    .locator("#stage")
    .evaluate((stage) => stage.getBoundingClientRect().top);
  assert.ok(Math.abs(top) < 100, `${top}`);
  await bench.part("map-1-a").waitFor();
  await bench.page.setViewportSize({ width: 1280, height: 900 });
  assert.equal(await bench.part("to-pictures").isVisible(), false);
  await bench.close();
});

test("the figures of a run are of the epoch that is kept, which has the lowest LogLoss", async () => {
  const bench = await browser.open("?sample=ads&epochs=3&view=training");
  await bench.ready();
  await bench.part("train").click();
  await bench.settled();
  await bench.unfold();
  const rows = await bench
    .part("epochs-table")
    .locator("tbody tr")
    .evaluateAll((all) =>
      all.map((row) => [...row.cells].map((cell) => cell.innerText)),
    );
  const kept = rows.findLast((cells) => cells[4] === "yes");
  const lowest = Math.min(...rows.map((cells) => Number(cells[2])));
  assert.equal(Number(kept[2]), lowest);
  assert.equal(await bench.text("auc"), kept[3]);
  // It need not be the highest AUC, and is not called the best.
  assert.doesNotMatch(
    await bench.page.locator("#stage").innerText(),
    /best validation auc/i,
  );
  assert.ok((await bench.text("runs")).includes(kept[3]));
  await bench.close();
});

test("leaving the page asks while a run is under way, and not before or after", async () => {
  const bench = await browser.open("?sample=ads&epochs=200&patience=200");
  const asked = [];
  bench.page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await bench.ready();
  await bench.page.locator("h1").click();
  await bench.page.reload();
  await bench.ready();
  assert.deepEqual(asked, []);
  await bench.part("train").click();
  await bench.status("running");
  await bench.page.reload();
  await bench.ready();
  assert.deepEqual(asked, ["beforeunload"]);
  await bench.part("train").click();
  await bench.status("running");
  await bench.part("cancel").click();
  await bench.status("cancelled");
  await bench.page.reload();
  await bench.ready();
  assert.deepEqual(asked, ["beforeunload"]);
  await bench.close();
});
