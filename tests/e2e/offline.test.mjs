// After the first visit the page needs no network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";

let browser;
before(async () => {
  browser = await start();
});
after(() => browser?.close());

test("with the network cut the page reloads, shows its model, trains and scores", async () => {
  const bench = await browser.open("", { serviceWorkers: "allow" });
  await bench.part("map-1-a").waitFor();
  await bench.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener("controllerchange", resolve, {
          once: true,
        }),
      );
  });
  const shown = await bench.pixels("map-1-a");
  await bench.context.setOffline(true);
  await bench.page.reload();
  await bench.part("map-1-a").waitFor();
  assert.equal(await bench.pixels("map-1-a"), shown);

  // A view that was never opened while there was a network, and a sample too.
  await bench.view("impression");
  await bench.part("flip-table").waitFor();
  await bench.part("sample-iaac").click();
  await bench.view("scoring");
  await bench.part("score-data").click();
  await bench.part("score-result").waitFor();
  await bench.view("scenarios");
  const { origin, pathname } = new URL(bench.page.url());
  await bench.page.goto(
    `${origin}${pathname}?sample=ads&epochs=1&maxSteps=2&trained`,
  );
  await bench.settled();
  await bench.part("map-1-a").waitFor();
  await bench.close();
});
