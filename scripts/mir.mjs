#!/usr/bin/env node
// What the mutual-information regulariser does to s and to the AUC, for the record in docs/results.md: MI-DPG over
// λ, and as controls DPG and DPG conditioned on the scenario alone. Means over seeds, on the test part.
//     node scripts/mir.mjs MIDPG DATA SCHEMA SEEDS [FLAG…]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [midpg, data, schema, seeds, ...flags] = process.argv.slice(2);
if (!seeds) {
  console.error("usage: mir.mjs MIDPG DATA SCHEMA SEEDS [FLAG…]");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "mir-"));
const model = join(folder, "model.safetensors");
const run = (...args) =>
  execFileSync(midpg, args.map(String), {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 26,
  });

function one(settings, seed) {
  const common = [
    "--data",
    data,
    "--schema",
    schema,
    "--seed",
    seed,
    "--out",
    model,
    "--json",
  ];
  const report = JSON.parse(run("train", ...settings, ...common, ...flags));
  run(
    "explain",
    "--model",
    model,
    "--data",
    data,
    "--out",
    join(folder, "explained"),
  );
  const { separation } = JSON.parse(
    readFileSync(join(folder, "explained", "explanation.json"), "utf8"),
  );
  return { auc: report.auc, logloss: report.logloss, ...separation };
}

const mean = (x) => x.reduce((a, b) => a + b, 0) / x.length;
console.log(
  "| | AUC | LogLoss | silhouette | between | within | between / within |",
);
console.log("|---|---|---|---|---|---|---|");
const rows = [
  ["dpg", ["--model", "dpg"]],
  ...[0, 0.01, 0.1, 1].map((l) => [
    `mi-dpg, λ = ${l}`,
    ["--model", "mi-dpg", "--lambda", l],
  ]),
  ["dpg on the scenario alone", ["--model", "dpg", "--condition", "scenario"]],
];
for (const [name, settings] of rows) {
  const runs = Array.from({ length: Number(seeds) }, (_, i) =>
    one(settings, i + 1),
  );
  const of = (key, digits) => {
    const values = runs.map((r) => r[key]);
    return values.includes(null) ? "–" : mean(values).toFixed(digits);
  };
  console.log(
    `| ${name} | ${of("auc", 4)} | ${of("logloss", 4)} | ${of("silhouette", 3)} | ${of("between", 4)} | ${of("within", 5)} | ${of("ratio", 2)} |`,
  );
}
rmSync(folder, { recursive: true });
