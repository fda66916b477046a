// How long the page's comparison takes in one worker and in several: `client.compare` of all methods, one trial each, in
// headless Chromium, in turns.
//
// Usage: node compare-browser.mjs LOG [--workers 1,2] [--rounds 2]; LOG is what `midpg synth --preset amazon` wrote.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { open } from "./serve.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: "string", default: `1,${availableParallelism()}` },
    rounds: { type: "string", default: "2" },
  },
});
if (!positionals[0]) throw new Error("usage: node compare-browser.mjs LOG");
const log = readFileSync(positionals[0], "utf8");
const counts = values.workers.split(",").map(Number);
const { url, browser, close } = await open("");
try {
  const page = await browser.newPage();
  await page.goto(`${url}empty.html`);
  const compared = (workers) =>
    page.evaluate(
      async ({ log, workers }) => {
        const { createClient } = await import("/pkg/client/index.js");
        const client = await createClient({ device: "cpu" });
        const csv = new TextEncoder().encode(log);
        const began = performance.now();
        await client.compare({ csv, schema: "amazon", trials: 1, workers });
        const seconds = (performance.now() - began) / 1000;
        client.close();
        return seconds;
      },
      { log, workers },
    );
  console.log("| round | workers | seconds | ratio to the first |");
  console.log("|---|---|---|---|");
  for (let round = 1; round <= Number(values.rounds); round++) {
    let first;
    for (const workers of counts) {
      const seconds = await compared(workers);
      first ??= seconds;
      const ratio = (first / seconds).toFixed(2);
      console.log(
        `| ${round} | ${workers} | ${seconds.toFixed(1)} | ${ratio} |`,
      );
    }
  }
} finally {
  await close();
}
