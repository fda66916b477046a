// Each view by itself, on a sample's own model or a tiny run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LOOKS, start, VIEWS } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** What a view has once it is whole, on a sample's own model. */
const CONTENTS = {
  scenarios: "layer-3",
  impression: "flip-3",
  diversity: "map-other",
  training: "tab-training",
  comparison: "compare",
  scoring: "score-data",
};
const TINY = "sample=ads&epochs=1&maxSteps=2";
const changed = (bench, testid, before) =>
  bench.page.waitForFunction(
    ([id, text]) =>
      document.querySelector(`[data-testid="${id}"]`)?.innerText !== text,
    [testid, before],
  );

test("one impression: the scenario flips the sentence, an edited field the probabilities", async () => {
  const bench = await browser.open("?sample=ads&view=impression");
  await bench.part("flip-table").waitFor();
  const said = await bench.text("flip-sentence");
  assert.match(said, /^In its own scenario, .* expects .* \d+\.\d\d %\.$/);
  const picture = await bench.pixels("flip-1");
  await bench.part("flip").getByRole("radio").nth(1).check();
  await changed(bench, "flip-sentence", said);
  assert.match(
    await bench.text("flip-sentence"),
    /instead of .* points\)\. Its weights move most in layer \d/,
  );
  assert.notEqual(await bench.pixels("flip-1"), picture);

  const table = await bench.text("flip-table");
  const field = bench.page.locator("form input").first();
  await field.fill("a value that nobody has seen");
  await field.press("Enter");
  await changed(bench, "flip-table", table);
  await bench.page.getByRole("button", { name: "As in the data" }).click();
  await bench.page.waitForFunction(
    (text) =>
      document.querySelector('[data-testid="flip-table"]').innerText === text,
    table,
  );
  // What the pictures show can be read: the block under the pointer, and all of them as a table.
  await bench.part("flip-1").hover();
  assert.match(
    await bench.text("flip-readout-1"),
    /outputs .* × inputs .*: 0\.\d+ − 0\.\d+ = [+−]0\.\d+/,
  );
  await bench.part("flip-table-1").locator("summary").click();
  await bench.part("flip-table-1").locator("tbody tr").first().waitFor();
  const line = await bench.text("impression-line");
  await bench.page.getByRole("button", { name: "Next impression" }).click();
  await changed(bench, "impression-line", line);
  await bench.close();
});

test("diversity: two maps, their numbers, and another λ beside the model", async () => {
  const bench = await browser.open(`?${TINY}`);
  await bench.train();
  await bench.view("diversity");
  await bench.part("map-mine").waitFor();
  const rows = bench.part("diversity-table").locator("tbody tr");
  assert.equal(await rows.count(), 1);
  await bench.part("lambda-slider").fill("0.5");
  await bench.part("retrain").click();
  await bench.part("map-other").waitFor();
  assert.match(await bench.text("map-other"), /λ = 0\.5/);
  assert.equal(await rows.count(), 2);
  assert.match(await rows.nth(1).innerText(), /λ = 0\.5\s+(−?\d\.\d+|–)\s/);

  const paths = bench.part("map-mine").locator("svg[role=img] path");
  const outlines = await paths.evaluateAll((all) =>
    all.map((path) => path.getAttribute("d")),
  );
  assert.ok(outlines.join("").match(/M/g).length > 20);
  const chip = bench.page
    .getByRole("group", { name: "Scenarios of the map" })
    .getByRole("button")
    .first();
  await chip.click();
  assert.equal(await chip.getAttribute("aria-pressed"), "true");
  assert.equal(await paths.count(), outlines.length);
  await bench.part("map-mine").locator("svg > path").waitFor();
  await bench.close();
});

test("what is read out while something goes on are its stages, not its pace", async () => {
  const bench = await browser.open(`?${TINY}`);
  await bench.ready();
  await bench.page.evaluate(() => {
    window.announced = new Set();
    const note = () => {
      for (const region of document.querySelectorAll('[role="status"]'))
        window.announced.add(region.textContent.trim());
    };
    new MutationObserver(note).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  await bench.train();
  await bench.view("scoring");
  await bench.part("score-data").click();
  await bench.part("score-result").waitFor();
  await bench.view("comparison");
  await bench.part("trials").fill("1");
  await bench.part("compare").click();
  await bench.page.getByText("Every trial as CSV").waitFor();
  const said = await bench.page.evaluate(() => [...window.announced]);
  for (const stage of [
    /^Epoch 1 of 1/,
    /^Scoring/,
    /MI-DPG \(r\), seed 1.*\d of 10 trainings done$/,
  ])
    assert.ok(
      said.some((text) => stage.test(text)),
      `${stage}: ${said.join("\n")}`,
    );
  for (const text of said) assert.doesNotMatch(text, /rows\/s| left/);
  await bench.close();
});

test("training: runs are kept, drawn together and left out by choice", async () => {
  const bench = await browser.open(`?${TINY}`);
  await bench.train();
  await bench.part("seed").fill("2");
  await bench.train();
  await bench.view("training");
  const rows = bench.part("runs").locator("tbody tr");
  assert.equal(await rows.count(), 2);
  const legend = bench.part("runs-chart").locator(".u-legend .u-series");
  await legend.nth(2).waitFor();
  assert.equal(await legend.count(), 3);
  const colour = (line) =>
    line
      .locator(".u-marker")
      .evaluate((marker) => getComputedStyle(marker).borderColor);
  const second = await colour(legend.nth(2));
  await bench.page.getByRole("checkbox", { name: "Draw run 1" }).uncheck();
  await legend.nth(2).waitFor({ state: "detached" });
  // A run keeps its colour, whichever others are drawn.
  assert.equal(await colour(legend.nth(1)), second);
  await bench.part("figure-logloss").check();
  await legend.nth(1).waitFor();
  const { name, bytes } = await bench.saved(bench.part("save-runs"));
  assert.equal(name, "runs.csv");
  const lines = bytes.toString().trim().split("\n");
  assert.match(lines[0], /^Run,Data,Epochs,.*,Measured on,AUC,LogLoss,/);
  assert.match(lines[2], /^"2: MI-DPG \(r\), λ 1, seed 2",ads\.csv,1,/);
  assert.match(lines[2], /,test part,0\.\d{4},0\.\d{4},/);
  assert.equal(lines.length, 3);
  // The picture says on its own which line is which: below the chart, on paper of its own.
  await bench.part("theme").click();
  await bench.part("runs-chart").locator("canvas").waitFor();
  const png = await bench.saved(
    bench.page.getByRole("button", { name: "Save as PNG", exact: true }),
  );
  assert.equal(png.name, "runs.png");
  const [bare, whole, paper] = await bench.page.evaluate(
    async (bytes) => {
      const blob = new Blob([Uint8Array.from(bytes)]);
      const picture = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0);
      const chart = document.querySelector('[data-testid="runs-chart"] canvas');
      return [
        chart.height,
        picture.height,
        context.getImageData(0, 0, 1, 1).data[3],
      ];
    },
    [...png.bytes],
  );
  assert.ok(whole > bare, `${whole} of ${bare}`);
  assert.equal(paper, 255);
  await bench.close();
});

test("comparison: two methods make two rows, and a comparison can be cancelled", async () => {
  const bench = await browser.open(`?${TINY}&view=comparison`);
  await bench.ready();
  const boxes = bench.page.getByRole("group", { name: "Methods" });
  for (const box of await boxes.getByRole("checkbox").all())
    if (!["dnn", "star"].includes(await box.getAttribute("value")))
      await box.uncheck();
  await bench.part("trials").fill("1");
  // What is chosen stays while something else is looked at.
  await bench.view("scoring");
  await bench.view("comparison");
  assert.equal(await boxes.getByRole("checkbox", { checked: true }).count(), 2);
  assert.equal(await bench.part("trials").inputValue(), "1");
  await bench.part("compare").click();
  const every = bench.page.getByRole("button", { name: "Every trial as CSV" });
  await every.waitFor();
  const rows = bench.part("comparison").locator("tbody tr");
  assert.deepEqual(await rows.locator("th").allInnerTexts(), ["DNN", "STAR"]);
  assert.match(await rows.first().innerText(), /0\.\d{4}/);
  const { name, bytes } = await bench.saved(every);
  assert.equal(name, "trials.csv");
  assert.equal(bytes.toString().trim().split("\n").length, 3);

  await bench.part("trials").fill("20");
  await bench.part("compare").click();
  await bench.part("compare-cancel").click();
  await bench.page.locator('[data-testid="compare"]:enabled').waitFor();
  assert.equal(await bench.part("compare-error").count(), 0);
  await bench.close();
});

test("scoring: a line a row, and the numbers that the client gives", async () => {
  const bench = await browser.open("?sample=ads&view=scoring");
  await bench.ready();
  await bench.part("score-data").click();
  await bench.part("score-save").waitFor();
  const { name, bytes } = await bench.saved(bench.part("score-save"));
  assert.equal(name, "ads.csv.scores.csv");
  const lines = bytes.toString().trimEnd().split("\n");
  assert.equal(lines.shift(), "score");
  const expected = await bench.page.evaluate(async () => {
    const at = (path) => new URL(path, document.baseURI).href;
    const bytes = async (path) =>
      new Uint8Array(await (await fetch(at(path))).arrayBuffer());
    const wasm = await import(at("pkg/cpu/mi_dpg.js"));
    // The form that the page takes in this browser: the same bits.
    const relaxed = at("pkg/cpu/mi_dpg_relaxed_bg.wasm");
    await wasm.default({ module_or_path: relaxed });
    await wasm.openDevice("cpu");
    const model = await wasm.Model.load(await bytes("samples/ads.safetensors"));
    const scoring = model.scoring(await bytes("samples/ads.csv"), "fail");
    const scores = [];
    for (;;) {
      const next = await scoring.next(1000);
      if (next === undefined) return scores;
      scores.push(...next.scores);
    }
  });
  assert.equal(lines.length, expected.length);
  assert.deepEqual(
    lines.map((line) => Math.fround(Number(line))),
    expected,
  );

  // Rows that cannot be read, and a file without the columns.
  const file = (text) => ({
    name: "bad.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(text),
  });
  await bench.part("score-file").setInputFiles(file("a,b\n1,2\n"));
  await bench.part("score-error").waitFor();
  assert.match(await bench.text("score-error"), /column/);
  await bench.close();
});

test("a model file that is dropped is opened", async () => {
  const bench = await browser.open(`?${TINY}`);
  await bench.train();
  const picture = await bench.pixels("map-1-a");
  const { bytes } = await bench.saved(bench.part("save"));
  await bench.close();

  const other = await browser.open("?sample=ads");
  await other.ready();
  await other.part("map-1-a").waitFor();
  const transfer = await other.page.evaluateHandle(
    (data) => {
      const transfer = new DataTransfer();
      transfer.items.add(
        new File([Uint8Array.from(data)], "dropped.safetensors"),
      );
      return transfer;
    },
    [...bytes],
  );
  await other.part("save").dispatchEvent("drop", { dataTransfer: transfer });
  await other.page.getByText("dropped.safetensors", { exact: false }).waitFor();
  assert.equal(await other.pixels("map-1-a"), picture);
  await other.close();
});

test("pictures and tables are saved as files of their kind", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("map-1-a").waitFor();
  const button = (name) => bench.page.getByRole("button", { name }).first();
  const svg = await bench.saved(button(/^Save .* as SVG$/));
  assert.match(svg.name, /^map-1-a-.*\.svg$/);
  assert.match(svg.bytes.toString(), /^<svg [\s\S]*<\/svg>\s*$/);
  const png = async (where) => {
    const { name, bytes } = await bench.saved(where);
    assert.match(name, /\.png$/);
    assert.deepEqual([...bytes.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assert.ok(bytes.length > 1000, `${name} has ${bytes.length} bytes`);
  };
  await png(button(/^Save .* as PNG$/));
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  const flips = await bench.saved(bench.part("save-impression-by-scenario"));
  assert.match(flips.bytes.toString(), /^Scenario,CVR,/);
  await bench.view("diversity");
  await bench.part("map-other").waitFor();
  const map = await bench.saved(button(/^Save .* as SVG$/));
  assert.match(map.bytes.toString(), /^<svg [\s\S]*<path [\s\S]*<\/svg>\s*$/);
  await png(button(/^Save .* as PNG$/));
  const table = await bench.saved(bench.part("save-diversity"));
  assert.equal(table.bytes.toString().trim().split("\n").length, 3);
  const alike = await bench.saved(bench.part("save-similarity"));
  assert.match(alike.bytes.toString(), /\+1\.00|1\.00/);
  await bench.close();
});

test("the tour goes through its stops and ends with Escape", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("map-1-a").waitFor();
  await bench.part("start-tour").click();
  const tour = bench.part("tour");
  assert.equal(
    await tour.evaluate((box) => box === document.activeElement),
    true,
  );
  const stops = Number(/of (\d+)/.exec(await tour.innerText())[1]);
  const seen = new Set();
  for (let stop = 1; stop <= stops; stop++) {
    assert.match(await tour.innerText(), new RegExp(`^${stop} of ${stops}`));
    seen.add(
      await bench.page
        .locator('[role="tab"][aria-selected="true"]')
        .innerText(),
    );
    await bench.part("tour-next").click();
  }
  await tour.waitFor({ state: "detached" });
  assert.ok(seen.size >= 4, [...seen].join());
  await bench.part("start-tour").click();
  await bench.part("tour-next").click();
  // Back at the first stop there is no way back, and the keys still belong to the tour.
  await tour.getByRole("button", { name: "Back" }).click();
  assert.match(await tour.innerText(), /^1 of/);
  await bench.page.keyboard.press("Escape");
  await tour.waitFor({ state: "detached" });
  assert.equal(
    await bench
      .part("start-tour")
      .evaluate((button) => button === document.activeElement),
    true,
  );
  await bench.close();
});

test("on a phone the tour's words and the picture they are about are both in sight", async () => {
  const bench = await browser.open("?sample=ads", {
    viewport: { width: 360, height: 640 },
  });
  await bench.part("map-1-a").waitFor();
  await bench.part("start-tour").click();
  for (const picture of ["map-1-a", "map-1-a", "all-1"]) {
    await bench.page.waitForFunction((testid) => {
      const box = (name) =>
        document
          .querySelector(`[data-testid="${name}"]`)
          ?.getBoundingClientRect();
      const [seen, words] = [box(testid), box("tour")];
      return seen && seen.top >= 0 && seen.top + 60 < words.top;
    }, picture);
    await bench.part("tour-next").click();
  }
  await bench.close();
});

test("where the system chooses the colours, what is picked is told apart", async () => {
  const bench = await browser.open("?sample=ads", { forcedColors: "active" });
  await bench.part("map-1-a").waitFor();
  const style = (locator, name) =>
    locator.evaluate((one, what) => getComputedStyle(one)[what], name);
  for (const group of [
    bench.part("scenarios").locator("label"),
    bench.page.locator("label", { has: bench.page.locator("[name=look]") }),
  ]) {
    assert.equal(await style(group.nth(0), "outlineStyle"), "solid");
    assert.equal(await style(group.nth(1), "outlineStyle"), "none");
  }
  const tabs = bench.page.getByRole("tab");
  assert.notEqual(
    await style(tabs.nth(0), "borderBottomColor"),
    await style(tabs.nth(1), "borderBottomColor"),
  );
  const scale = bench.part("map-1-a-range").locator(".bar");
  assert.match(await style(scale, "backgroundImage"), /gradient/);
  assert.equal(await style(scale, "forcedColorAdjust"), "none");
  await bench.close();
});

test("presentation: the controls go, the pictures stay, and back", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("map-1-a").waitFor();
  await bench.part("present").click();
  await bench.part("train").waitFor({ state: "detached" });
  assert.ok(await bench.part("map-1-a").isVisible());
  assert.match(bench.page.url(), /present/);
  await bench.page.reload();
  await bench.part("map-1-a").waitFor();
  assert.equal(await bench.part("train").count(), 0);
  await bench.part("present").click();
  await bench.ready();
  await bench.close();
});

test("tabs, chips and looks by keyboard", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("map-1-a").waitFor();
  const { keyboard } = bench.page;
  const selected = () =>
    bench.page
      .locator('[role="tab"][aria-selected="true"]')
      .getAttribute("data-testid");
  await bench.part("tab-scenarios").focus();
  for (const view of [...VIEWS.slice(1), VIEWS[0]]) {
    await keyboard.press("ArrowRight");
    assert.equal(await selected(), `tab-${view}`);
  }
  await keyboard.press("End");
  assert.equal(await selected(), "tab-scoring");
  await keyboard.press("Home");
  assert.equal(await selected(), "tab-scenarios");
  await keyboard.press("Tab");
  await keyboard.press("ArrowDown");
  const chips = bench.part("scenarios").getByRole("radio");
  assert.equal(await chips.nth(1).isChecked(), true);
  await keyboard.press("Tab");
  await keyboard.press("ArrowRight");
  assert.equal(await bench.part("look-matrix").isChecked(), true);
  await bench.close();
});

test("nothing is wider than the window in any view", async () => {
  for (const width of [360, 1280, 1920]) {
    const bench = await browser.open("", { viewport: { width, height: 900 } });
    const wide = [];
    const check = async (where) => {
      await bench.unfold();
      const by = await bench.tooWide();
      if (by > 0) wide.push(`${where}: ${by} pixels`);
    };
    for (const sample of ["amazon", "iaac"]) {
      await bench.view("scenarios");
      await bench.part(`sample-${sample}`).click();
      await bench.ready();
      for (const view of VIEWS) {
        await bench.view(view);
        await bench.part(CONTENTS[view]).waitFor();
        await check(`${sample}, ${view}, ${width}`);
      }
      await bench.view("scenarios");
      for (const look of LOOKS) {
        await bench.look(look);
        await bench.part("layer-3").waitFor();
        await check(`${sample}, ${look}, ${width}`);
      }
    }
    await bench.part("present").click();
    await check(`presentation, ${width}`);
    assert.deepEqual(wide, []);
    await bench.close();
  }
});

test("a worker that crashes is replaced, and the page keeps what it showed", async () => {
  const bench = await browser.open(`?${TINY}`);
  await bench.train();
  const picture = await bench.pixels("map-1-a");
  const url = bench.page.url();
  const worker = bench.page
    .workers()
    .find((worker) => /worker/.test(worker.url()));
  // An error that nobody catches is what a crash looks like from outside.
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error("killed by the test");
    });
  });
  await bench.view("scoring");
  await bench.part("score-data").click();
  await bench.part("score-result").waitFor();
  await bench.view("scenarios");
  assert.equal(await bench.pixels("map-1-a"), picture);
  assert.equal(bench.page.url(), url);
  await bench.train();
  assert.equal(await bench.pixels("map-1-a"), picture);
  await bench.close();
});
