// Our scorer package beside onnxruntime-web, TensorFlow.js and jax-js in headless Chromium: ids in, probabilities out, JS call to
// JS result, one thread each, on a cross-origin isolated page, in one run.
//
// Usage: node browser.mjs MODELS [--rounds N] [--json FILE]; MODELS is the folder that models.sh and native.py filled, and
// `make pkg` has built the package.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { PACKAGE, modules, open } from "./serve.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
  },
});
if (!positionals[0]) throw new Error("usage: node browser.mjs MODELS");
const { url, browser, close } = await open(positionals[0]);

// Bytes on the wire of what each needs before it can score.
const size = (...files) => {
  const bytes = files.map((file) => readFileSync(file));
  const sum = (f) => bytes.reduce((all, b) => all + f(b), 0);
  return [
    sum((b) => b.length),
    sum((b) => gzipSync(b, { level: 9 }).length),
    sum((b) => brotliCompressSync(b).length),
  ];
};
// All but the devices that are loaded when they are asked for.
const jax = readdirSync(modules("@jax-js/jax/dist")).filter(
  (name) => name.endsWith(".js") && !name.startsWith("webg"),
);
const sizes = {
  "mi-dpg/score": size(
    ...[
      "score/mi_dpg_relaxed_bg.wasm",
      "score/mi_dpg.js",
      ...["score", "score-wasm", "simd", "room", "rows", "error"].map(
        (m) => `client/${m}.js`,
      ),
    ].map((f) => join(PACKAGE, f)),
  ),
  "onnxruntime-web": size(
    modules("onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"),
    modules("onnxruntime-web/dist/ort-wasm-simd-threaded.mjs"),
    modules("onnxruntime-web/dist/ort.wasm.min.mjs"),
  ),
  "TensorFlow.js": size(
    modules("@tensorflow/tfjs/dist/tf.min.js"),
    modules("@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"),
    modules("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"),
  ),
  "jax-js": size(...jax.map((name) => modules(`@jax-js/jax/dist/${name}`))),
};
console.log(
  "| package | bytes | gzip | brotli | first score, ms |\n|---|---|---|---|---|",
);
for (const [name, [raw, gzip, brotli]] of Object.entries(sizes)) {
  // A fresh profile: nothing cached, nothing compiled.
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  const ms = await page.evaluate((name) => window.firstScore(name), name);
  console.log(`| ${name} | ${raw} | ${gzip} | ${brotli} | ${ms.toFixed(0)} |`);
  await page.context().close();
}

const page = await browser.newPage();
// jax-js has a worker for every core where there is shared memory, and no option. Without, it is one thread as the others
// are, which do not ask.
await page.addInitScript(() => delete globalThis.SharedArrayBuffer);
page.on("pageerror", (error) => console.error(error));
await page.goto(url);
if (!(await page.evaluate(() => crossOriginIsolated)))
  throw new Error("the page is not isolated");
console.log(
  "\n| network | rows | ours, µs | without relaxed SIMD | onnxruntime-web, our ONNX | PyTorch-like | TensorFlow.js | jax-js | ratio to the best peer |",
);
console.log("|---|---|---|---|---|---|---|---|---|");
const results = [];
const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];
for (const name of ["p", "p-dnn", "d", "d-dnn"]) {
  for (const rows of [1, 16, 128, 512, 8192]) {
    const result = await page.evaluate(
      ([name, rows, rounds]) => window.compare(name, rows, rounds),
      [name, rows, Number(values.rounds)],
    );
    results.push({ network: name, rows, ...result });
    if (result.error > 1e-5)
      throw new Error(
        `${name}, ${rows} rows: outputs differ by ${result.error}`,
      );
    const us = Object.fromEntries(
      Object.entries(result.samples).map(([k, v]) => [k, median(v) * 1000]),
    );
    const { ours, plain, onnx, torchlike, tfjs, jax } = us;
    const peers = [onnx, torchlike, tfjs, jax];
    const cells = [ours, plain, ...peers].map((x) => x.toFixed(1));
    console.log(
      `| ${name} | ${rows} | ${cells.join(" | ")} | ${(Math.min(...peers) / ours).toFixed(1)} |`,
    );
  }
}
if (values.json) writeFileSync(values.json, JSON.stringify(results));
await close();
