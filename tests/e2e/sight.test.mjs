// What is seen and reached together: on a projector, on a phone, by the keyboard.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

const PROJECTOR = { viewport: { width: 1280, height: 720 } };
const PHONE = { viewport: { width: 390, height: 844 } };

/** How many pixels of a part are above the lower edge of the window, and whether these are all. */
const inSight = (bench, testid) =>
  bench.part(testid).evaluate((part) => {
    const { top, bottom } = part.getBoundingClientRect();
    return { seen: innerHeight - top, whole: bottom <= innerHeight };
  });

test("on a projector the chips and the pictures that they change are in sight together", async () => {
  for (const sample of ["amazon", "iaac", "ads"]) {
    const bench = await browser.open(`?present&sample=${sample}`, PROJECTOR);
    await bench.part("layer-3").waitFor();
    for (const picture of ["map-1-a", "map-2-a", "map-3-a"]) {
      const { seen, whole } = await inSight(bench, picture);
      assert.ok(whole || seen > 100, `${sample}, ${picture}: ${seen} pixels`);
    }
    await bench.close();
  }
});

test("a finger that is lifted leaves the value of the block that it touched", async () => {
  const bench = await browser.open("?sample=ads", { ...PHONE, hasTouch: true });
  await bench.part("map-1-a").tap();
  await bench.page
    .getByTestId("readout-1")
    .getByText(/^outputs .* × inputs /)
    .waitFor();
  // A mouse that leaves takes it along.
  await bench.part("map-2-a").hover();
  await bench.page.getByTestId("readout-2").getByText("outputs").waitFor();
  await bench.part("sentence").hover();
  await bench.page.getByTestId("readout-2").getByText("Point at").waitFor();
  await bench.close();
});

test("on a phone the data and the training are one touch away from the top", async () => {
  const bench = await browser.open("?sample=ads", PHONE);
  await bench.part("layer-3").waitFor();
  await bench.ready();
  await bench.part("to-controls").click();
  const [top, focused] = await bench.page.evaluate(() => [
    document.querySelector(".controls").getBoundingClientRect().top,
    document.activeElement.dataset.testid,
  ]);
  assert.ok(Math.abs(top) < 10, `${top}`);
  assert.equal(focused, "sample-amazon");
  await bench.page.setViewportSize(PROJECTOR.viewport);
  assert.equal(await bench.part("to-controls").isVisible(), false);
  await bench.close();
});

test("pictures, tables and chips have names that can be listened to", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.part("layer-3").waitFor();
  const { page } = bench;
  for (const [role, name] of [
    ["figure", "A − mean"],
    ["button", "Save A − mean as SVG"],
    ["table", "How well it predicts"],
    ["radio", "A 2,016 rows"],
  ]) {
    const named = page.getByRole(role, { name, exact: true });
    assert.ok((await named.count()) > 0, `${role} ${name}`);
  }
  await bench.close();
});

test("what a setting does is said to whoever looks at it or listens", async () => {
  const bench = await browser.open("?sample=ads");
  await bench.ready();
  const hint = bench.page.getByText("Repeats a run on the CPU");
  assert.equal(await hint.isVisible(), true);
  await bench.page
    .getByRole("spinbutton", {
      name: "Seed",
      exact: true,
      description: "Repeats a run on the CPU",
    })
    .waitFor();
  // Emptied, a field shows what is then meant.
  await bench.part("epochs").fill("");
  assert.equal(await bench.part("epochs").getAttribute("placeholder"), "8");
  await bench.close();
});

for (const [where, settings, first] of [
  ["phone", PHONE, "stage"],
  ["projector", PROJECTOR, "controls"],
])
  test(`the keyboard goes through the page as the eye does, on a ${where}`, async (t) => {
    const bench = await browser.open("?sample=ads", settings);
    await bench.part("layer-3").waitFor();
    await bench.ready();
    const ordered = await bench.page.evaluate(() =>
      CSS.supports("reading-flow", "grid-order"),
    );
    if (where === "projector" && !ordered)
      return t.skip("this browser goes through the pictures first");
    const visited = [];
    for (;;) {
      await bench.page.keyboard.press("Tab");
      const part = await bench.page.evaluate(() =>
        ["stage", "controls"].find((name) =>
          document.activeElement.closest(`.${name}`),
        ),
      );
      if (part === undefined && visited.length > 0) break;
      if (part !== undefined && visited.at(-1) !== part) visited.push(part);
    }
    const second = first === "stage" ? "controls" : "stage";
    assert.deepEqual(visited, [first, second]);
    await bench.close();
  });

test("who flips scenarios by the keyboard while a model is trained goes on where it is", async () => {
  const bench = await browser.open("?sample=ads&epochs=2");
  await bench.part("layer-3").waitFor();
  await bench.ready();
  await bench.part("scenarios").getByRole("radio").nth(0).focus();
  await bench.part("train").evaluate((button) => button.click());
  await bench.page.keyboard.press("ArrowRight");
  await bench.settled();
  await bench.part("map-1-a").waitFor();
  await bench.page.keyboard.press("ArrowRight");
  const picked = bench.part("scenarios").getByRole("radio", { checked: true });
  assert.equal(await picked.getAttribute("value"), "C");
  await bench.close();
});
