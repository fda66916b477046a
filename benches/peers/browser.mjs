// Our scorer package beside onnxruntime-web and TensorFlow.js in headless Chromium: ids in, probabilities out, JS call to
// JS result, one thread each, on a cross-origin isolated page, in one run.
//
// Usage: node browser.mjs MODELS [--rounds N] [--json FILE]; MODELS is the folder that models.sh and native.py filled, and
// `make pkg` has built the package.
import {
  createReadStream,
  existsSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
  },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const roots = {
  "/pkg/": join(here, "../../pkg"),
  "/modules/": join(here, "node_modules"),
  "/models/": positionals[0],
  "/": join(here, "page"),
};
if (!roots["/models/"]) throw new Error("usage: node browser.mjs MODELS");

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const server = createServer((request, response) => {
  const path = normalize(
    decodeURIComponent(new URL(request.url, "http://x").pathname),
  );
  const [prefix, root] = Object.entries(roots).find(([prefix]) =>
    path.startsWith(prefix),
  );
  const file = join(root, path.slice(prefix.length) || "index.html");
  if (!existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": types[extname(file)] ?? "application/octet-stream",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: process.env.CHROME || "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
  ],
});

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
const modules = (path) => join(here, "node_modules", path);
const sizes = {
  "mi-dpg/score": size(
    ...["score/mi_dpg_bg.wasm", "score/mi_dpg.js", "client/score.js"].map((f) =>
      join(roots["/pkg/"], f),
    ),
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
page.on("pageerror", (error) => console.error(error));
await page.goto(url);
if (!(await page.evaluate(() => crossOriginIsolated)))
  throw new Error("the page is not isolated");
console.log(
  "\n| network | rows | ours, µs | onnxruntime-web, our ONNX | PyTorch-like | TensorFlow.js | ratio to the best peer |",
);
console.log("|---|---|---|---|---|---|---|");
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
    const best = Math.min(us.onnx, us.torchlike, us.tfjs);
    const cells = [us.ours, us.onnx, us.torchlike, us.tfjs].map((x) =>
      x.toFixed(1),
    );
    console.log(
      `| ${name} | ${rows} | ${cells.join(" | ")} | ${(best / us.ours).toFixed(1)} |`,
    );
  }
}
if (values.json) writeFileSync(values.json, JSON.stringify(results));
await browser.close();
server.close();
