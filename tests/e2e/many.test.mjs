// Logs with scenarios of other sizes than ours: many of them, long names, names in other scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LOOKS, start, VIEWS } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

/** A log in which no column is named like a scenario; the cells of a row follow from its number. */
function table(names, rows) {
  const lines = ["shelf,colour,bought"];
  for (let i = 0; i < rows; i++) {
    const mixed = (i * 2654435761) % 4294967296;
    const name = `"${names[i % names.length].replaceAll('"', '""')}"`;
    lines.push(
      [name, `c${mixed % 5}`, mixed % (3 + (i % 3)) ? 0 : 1].join(","),
    );
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

async function opened(names, rows, settings) {
  const bench = await browser.open("?epochs=1&maxSteps=3", settings);
  await bench.ready();
  await bench.part("csv-file").setInputFiles({
    name: "shelves.csv",
    mimeType: "text/csv",
    buffer: table(names, rows),
  });
  await bench.page.getByTestId("data-info").getByText("shelves.csv").waitFor();
  return bench;
}

/** Says which column holds the scenarios, and waits until it is read. */
async function scenariosAre(bench, column, count) {
  await bench.part("scenario-column").selectOption(column);
  await bench.page
    .getByTestId("data-info")
    .getByText(new RegExp(`^${count} · `))
    .waitFor();
}

test("many scenarios: the column is picked, the pictures stay near, the table has the largest and the file all", async () => {
  const names = Array.from({ length: 60 }, (_, i) => `shelf ${i + 1}`);
  const bench = await opened(names, 1500);
  assert.match(await bench.text("data-info"), /Label\s+bought/);
  await scenariosAre(bench, "colour", 5);
  await scenariosAre(bench, "shelf", 60);
  assert.match(
    await bench.part("schema").inputValue(),
    /\[scenario\]\nfield = "shelf"/,
  );
  await bench.train();
  const chips = bench.part("scenarios");
  assert.equal(await chips.getByRole("radio").count(), 60);
  const [inside, whole] = await chips.evaluate((box) => [
    box.clientHeight,
    box.scrollHeight,
  ]);
  assert.ok(inside < 400 && whole > inside, `${inside} of ${whole}`);
  // On a low screen it leaves room for the pictures.
  const { height } = bench.page.viewportSize();
  await bench.page.setViewportSize({ width: 1280, height: 720 });
  const lower = await chips.evaluate((box) => box.clientHeight);
  assert.ok(lower < 720 * 0.4, `${lower}`);
  await bench.page.setViewportSize({ width: 1280, height });

  // An AUC of a shelf's few rows is marked, and below the table stands why.
  const marked = (table) => table.locator("td", { hasText: "†" }).count();
  assert.ok((await marked(bench.part("report"))) > 5);
  assert.match(await bench.text("few-note"), /fewer than 100 rows/);

  // Shown again, the box is where the picked one is.
  await bench.pickScenario(59);
  await bench.view("training");
  await bench.view("scenarios");
  assert.ok(await chips.evaluate((box) => box.scrollTop > 0));

  // Sought, few are left: of the chips and of all pictures at once.
  await bench.part("find-scenarios").fill("SHELF 5");
  assert.equal(await chips.getByRole("radio").count(), 15);
  assert.match(await bench.text("found-scenarios"), /^15 of 60$/);
  await bench.look("all");
  assert.equal(await bench.part("all-1").getByRole("button").count(), 15);
  await bench.part("find-scenarios").fill("nowhere");
  assert.match(await bench.text("found-scenarios"), /^none of 60/);
  await bench.part("find-scenarios").press("Escape");
  assert.equal(await chips.getByRole("radio").count(), 60);
  await bench.part("all-3").getByRole("button").nth(59).waitFor();
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  await bench.part("find-flip").fill("shelf 59");
  await bench.part("flip").getByRole("radio").check();
  await bench.page.getByText("Shown in shelf 59 instead of").waitFor();
  // The long table stays low, with the row in sight, so that the matrices are near.
  const place = bench.page.locator(".scroll", {
    has: bench.part("flip-table"),
  });
  const [low, high, seen] = await place.evaluate((box) => {
    const row = box.querySelector("tr.shown").getBoundingClientRect();
    const { top, bottom } = box.getBoundingClientRect();
    return [
      box.clientHeight,
      box.scrollHeight,
      row.top >= top && row.bottom <= bottom,
    ];
  });
  assert.ok(low < 700 && high > low && seen, `${low} of ${high}, ${seen}`);

  await bench.view("diversity");
  const alike = bench.part("similarity");
  await alike.waitFor();
  await bench.part("find-legend").fill("shelf 60");
  await bench.page
    .getByRole("group", { name: "Scenarios of the map" })
    .getByRole("button")
    .click();
  await bench.page
    .getByRole("button", { name: "shelf 60", pressed: true })
    .waitFor();
  assert.equal(await alike.locator("tbody tr").count(), 30);
  assert.match(await bench.text("similarity-part"), /30 .* of 60/);
  const { bytes } = await bench.saved(bench.part("save-similarity"));
  const lines = bytes.toString().trim().split("\n");
  assert.equal(lines.length, 61);
  assert.ok(lines.every((line) => line.split(",").length === 61));

  await bench.view("comparison");
  for (const box of await bench.page
    .getByRole("group", { name: "Methods" })
    .getByRole("checkbox")
    .all())
    await box.setChecked((await box.getAttribute("value")) === "dnn");
  await bench.part("trials").fill("1");
  await bench.part("compare").click();
  const compared = bench.part("comparison-scenarios");
  await compared.waitFor();
  assert.ok((await marked(compared)) > 5);
  const saved = await bench.saved(bench.part("save-comparison-by-scenario"));
  assert.match(saved.bytes.toString(), /^shelf \d+,\d+,\d+,[01]\.\d{4}$/m);
  assert.doesNotMatch(saved.bytes.toString(), /†/);
  await bench.close();
});

const NAMES = [
  "a_name_of_a_scenario_that_no_place_breaks_and_that_goes_on_".repeat(3),
  '<b>bold</b> & "quoted", with a comma',
  "البحث المتقدم عن المنتجات",
  "首页推荐·女装频道",
  "constructor",
];

for (const width of [360, 1280])
  test(`long names and other scripts fit into every view, ${width} pixels wide`, async () => {
    const bench = await opened(NAMES, 1000, {
      viewport: { width, height: 740 },
    });
    await scenariosAre(bench, "shelf", NAMES.length);
    await bench.train();
    const shown = await bench.text("scenarios");
    for (const name of NAMES) assert.ok(shown.includes(name), name);
    await bench.pickScenario(
      (await bench.part("scenarios").getByRole("radio").all()).length - 1,
    );
    for (const view of VIEWS) {
      await bench.view(view);
      if (view === "impression") await bench.part("flip-table").waitFor();
      if (view === "diversity") await bench.part("similarity").waitFor();
      assert.ok((await bench.tooWide()) <= 0, view);
    }
    await bench.close();
  });

test("a scenario may be called what rows without one go under", async () => {
  const bench = await opened(["(missing)", "", "left"], 600);
  await scenariosAre(bench, "shelf", 2);
  await bench.train();
  const chips = bench.part("scenarios").getByRole("radio");
  assert.equal(await chips.count(), 3);
  for (const look of LOOKS) {
    await bench.look(look);
    await bench.part("layer-3").waitFor();
  }
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  await bench.view("diversity");
  await bench.part("similarity").waitFor();
  // A key that two of them share would be told as an error that nobody caught.
  await bench.close();
});

test("fields that begin alike are told apart: their names are whole", async () => {
  const bench = await browser.open("?sample=iaac");
  await bench.part("map-1-a").waitFor();
  const cut = await bench
    .part("layer-1")
    .locator(".axis span")
    .evaluateAll((names) =>
      names
        .filter((name) => name.scrollHeight > name.clientHeight)
        .map((name) => name.textContent),
    );
  assert.deepEqual(cut, []);
  await bench.close();
});

test("a table that is wider than its place fades where it goes on, until it is scrolled to its end", async () => {
  const bench = await browser.open("", {
    viewport: { width: 360, height: 740 },
  });
  await bench.part("report").waitFor();
  const place = bench.page.locator(".scroll", { has: bench.part("report") });
  const fades = () =>
    place.evaluate((box) => getComputedStyle(box).maskImage !== "none");
  assert.equal(await fades(), true);
  await place.evaluate(async (box) => {
    const scrolled = new Promise((done) =>
      box.addEventListener("scroll", done, { once: true }),
    );
    box.scrollLeft = box.scrollWidth;
    await scrolled;
  });
  await bench.page.locator(".scroll.more").waitFor({ state: "detached" });
  assert.equal(await fades(), false);
  await bench.close();
});
