// A training step beside TensorFlow.js in headless Chromium, on cross-origin isolated pages, one thread each, in turns, in
// one run: network P of models.sh as DPG, 512 rows, Adam.
//
// Usage: node train-browser.mjs MODELS [--rounds N] [--json FILE]; MODELS is the folder that models.sh filled, and `make pkg`
// has built the package. Ours is the trainer of pkg/cpu, in both its forms: look-ups, network, both optimisers, the losses
// read back each step. TensorFlow.js has the same network in the factored form, hand-written, its loss read back every ten steps: alone on
// the wasm and the cpu backend (inputs ready as tensors, no gradient of them), and on wasm with the look-ups and the lazy
// Adam of the embeddings, which are JavaScript, as that backend has no gradient of a gather. Before the clock runs, it must
// give our scorer's scores within 1e-5.
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { open } from "./serve.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
  },
});
if (!positionals[0]) throw new Error("usage: node train-browser.mjs MODELS");
const TURN = 1000;
const titles = {
  ours: "ours",
  plain: "ours, without relaxed SIMD",
  wasm: "TensorFlow.js wasm, network alone",
  embeddings: "TensorFlow.js wasm, with embeddings",
  cpu: "TensorFlow.js cpu, network alone",
};
const { url, browser, close } = await open(positionals[0]);
// A page each: nobody's garbage is collected in another's turn.
const pages = {};
for (const name of Object.keys(titles)) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`${url}train.html`);
  if (!(await page.evaluate(() => crossOriginIsolated)))
    throw new Error("the page is not isolated");
  await page.evaluate((name) => window.prepare(name), name);
  pages[name] = page;
}
const samples = Object.fromEntries(Object.keys(titles).map((k) => [k, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  const names = Object.keys(titles);
  for (const name of round % 2 ? names.reverse() : names) {
    await pages[name].bringToFront();
    samples[name].push(
      await pages[name].evaluate((ms) => window.turn(ms), TURN),
    );
  }
}
const load = loadavg()[0];
const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];
console.log("| | ms a step | ratio to ours |\n|---|---|---|");
for (const [name, title] of Object.entries(titles)) {
  const ms = median(samples[name]);
  const ratio = (ms / median(samples.ours)).toFixed(1);
  console.log(`| ${title} | ${ms.toFixed(2)} | ${ratio} |`);
}
console.log(`\nload average ${load.toFixed(1)}`);
if (values.json)
  writeFileSync(values.json, JSON.stringify({ msPerStep: samples, load }));
await close();
