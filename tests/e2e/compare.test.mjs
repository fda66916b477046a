// A comparison through the package, in one worker and in several.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { packages, start } from "./browser.mjs";
import { log, schema } from "./tiny.mjs";

let browser;
before(async () => (browser = await start([], packages)));
after(() => browser?.close());

/** The table, of which some columns are times. */
function untimed(csv) {
  const [head, ...lines] = csv.trim().split("\n");
  const times = head.split(",").map((name) => name.includes("seconds"));
  assert.ok(times.includes(true), head);
  return lines.map((line) => line.split(",").filter((_, i) => !times[i]));
}

test("a comparison has the same figures in several workers as in one, and ends those it started", async () => {
  const page = await browser.blank();
  const started = [];
  let ended = 0;
  let allEnded = () => {};
  page.on("worker", (worker) => {
    started.push(worker);
    worker.on("close", () => {
      ended += 1;
      allEnded();
    });
  });
  const compared = (workers) =>
    page.evaluate(
      async ({ workers, log, schema }) => {
        const { createClient } = await import(
          `${location.href}client/index.js`
        );
        // No trial begins before each worker has been given one: here one would be done with all while others start.
        const given = new Set();
        const held = [];
        const spawn = () => {
          const url = `${location.href}client/worker.js`;
          const worker = new Worker(url, { type: "module" });
          const post = worker.postMessage.bind(worker);
          worker.postMessage = (request) => {
            if (request.op !== "nextTrial" || given.size === workers)
              return post(request);
            given.add(worker);
            held.push(() => post(request));
            if (given.size === workers) for (const go of held) go();
          };
          return worker;
        };
        const client = await createClient({ spawn });
        const csv = new File([log], "log.csv");
        const methods = ["dnn", "star", "mi-dpg"];
        const config = { epochs: 2, batch: 64 };
        const { csv: table, device } = await client.compare({
          ...{ csv, schema, methods, config, workers },
          trials: 2,
        });
        // Its own worker is there for more.
        await client.describe(csv, schema);
        return { table, device, given: given.size };
      },
      { workers, log, schema },
    );
  const one = await compared(1);
  assert.equal(started.length, 1);
  assert.equal(one.given, 1);
  const three = await compared(3);
  assert.equal(started.length, 1 + 3);
  // Both clients keep theirs.
  await new Promise((resolve) => {
    allEnded = () => ended === 2 && resolve();
    allEnded();
  });
  assert.equal(three.given, 3);
  assert.equal(three.device, "cpu");
  assert.equal(untimed(one.table).length, 3 * 2);
  assert.deepEqual(untimed(three.table), untimed(one.table));
  await page.close();
});
