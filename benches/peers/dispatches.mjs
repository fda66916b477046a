// How many dispatches to the GPU a training step of each method takes, counted in headless Chromium on its software adapter:
// the page wraps WebGPU's own methods. The default widths on generated Amazon rows. The count does not depend on the batch
// but for PLE and STAR, which ask for every scenario in it. The milliseconds are the software adapter's, and say of a GPU
// only which of two builds is likely the faster.
//
// Usage: node dispatches.mjs LOG [--pkg FOLDER] [--methods dnn,mi-dpg:r,…] [--batch ROWS]; LOG is what `midpg synth --preset
// amazon` wrote, FOLDER another build's pkg/, to count that one.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GPU_FLAGS, open, PACKAGE } from "./serve.mjs";

const METHODS = "dnn,ple,star,pepnet,adasparse,apg,dpg:r,dpg:rc,dpg:c,mi-dpg:r";
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pkg: { type: "string", default: PACKAGE },
    methods: { type: "string", default: METHODS },
    batch: { type: "string", default: "64" },
  },
});
if (!positionals[0]) throw new Error("usage: node dispatches.mjs LOG");
const rows = readFileSync(positionals[0], "utf8").split("\n").slice(0, 2001);
const { url, browser, close } = await open("", {
  flags: GPU_FLAGS,
  pkg: values.pkg.endsWith("/") ? values.pkg : `${values.pkg}/`,
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`${url}dispatches.html`);
  await page.waitForFunction(() => window.ready);
  const missing = await page.evaluate(
    (csv) => window.prepare(csv),
    rows.join("\n") + "\n",
  );
  if (missing) throw new Error(missing);
  console.log("| method | dispatches a step | submits | pipelines | ms |");
  console.log("|---|---|---|---|---|");
  for (const name of values.methods.split(",")) {
    const [method, variant] = name.split(":");
    const config = variant ? { method, variant } : { method };
    const step = await page.evaluate((c) => window.step(c), {
      ...config,
      batch: Number(values.batch),
    });
    console.log(
      `| ${name.replace(":", " ")} | ${step.dispatches} | ${step.submits} | ${step.pipelines} | ${Math.round(step.ms)} |`,
    );
  }
} finally {
  await close();
}
