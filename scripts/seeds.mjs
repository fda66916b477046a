#!/usr/bin/env node
// Trains methods over seeds and prints their test metrics as mean ± standard deviation, with the paired t of each
// method against the first one (|t| > 2.262 is p < 0.05 for ten seeds). For the record in docs/results.md:
//     node scripts/seeds.mjs MIDPG DATA SCHEMA SEEDS METHOD[,METHOD…] [FLAG…]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [midpg, data, schema, seeds, methods, ...flags] = process.argv.slice(2);
if (!methods) {
  console.error(
    "usage: seeds.mjs MIDPG DATA SCHEMA SEEDS METHOD[,METHOD…] [FLAG…]",
  );
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "seeds-"));

function train(method, seed) {
  const args = [
    "train",
    "--data",
    data,
    "--schema",
    schema,
    "--model",
    method,
    "--seed",
    seed,
  ];
  args.push("--out", join(folder, "model.safetensors"), "--json", ...flags);
  const { status, stdout, stderr } = spawnSync(midpg, args.map(String), {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  const kept = stderr.split("\n").findLast((line) => line.endsWith(" *"));
  const ratios = kept
    ?.match(/between\/within ([\d. ]+) \*/)?.[1]
    .split(" ")
    .map(Number);
  return { ...JSON.parse(stdout), ratios };
}

const mean = (x) => x.reduce((a, b) => a + b, 0) / x.length;
const deviation = (x) =>
  Math.sqrt(x.reduce((a, b) => a + (b - mean(x)) ** 2, 0) / (x.length - 1));
const told = (x) => `${mean(x).toFixed(4)} ± ${deviation(x).toFixed(4)}`;
function t(x, y) {
  const d = x.map((v, i) => v - y[i]);
  return (mean(d) / (deviation(d) / Math.sqrt(d.length))).toFixed(2);
}

let first;
console.log("| method | AUC | LogLoss | t (AUC) | t (LogLoss) | seconds |");
console.log("|---|---|---|---|---|---|");
for (const method of methods.split(",")) {
  const reports = Array.from({ length: Number(seeds) }, (_, i) =>
    train(method, i + 1),
  );
  const [auc, logloss, seconds] = ["auc", "logloss", "seconds"].map((key) =>
    reports.map((r) => r[key]),
  );
  const against = first
    ? `${t(auc, first.auc)} | ${t(logloss, first.logloss)}`
    : "– | –";
  first ??= { auc, logloss };
  console.log(
    `| ${method} | ${told(auc)} | ${told(logloss)} | ${against} | ${mean(seconds).toFixed(1)} |`,
  );
  const ratios = reports.map((r) => r.ratios).filter(Boolean);
  if (ratios.length > 0) {
    // Ratios are compared on the scale of their logarithms.
    const layers = ratios[0].map((_, l) =>
      Math.exp(mean(ratios.map((r) => Math.log(r[l])))).toPrecision(3),
    );
    console.log(
      `|  between/within variance of s by layer, geometric mean | ${layers.join(" ")} | | | | |`,
    );
  }
  const truth = reports.map((r) => r.truth).filter(Boolean);
  if (truth.length > 0) {
    const of = (key) => mean(truth.map((x) => x[key]));
    console.log(
      `|  share of the gap | ${of("auc_gap_closed").toFixed(3)} of ${of("logistic_auc").toFixed(4)} … ${of("best_auc").toFixed(4)} ` +
        `| ${of("logloss_gap_closed").toFixed(3)} of ${of("logistic_logloss").toFixed(4)} … ${of("best_logloss").toFixed(4)} | | | |`,
    );
  }
}
rmSync(folder, { recursive: true });
