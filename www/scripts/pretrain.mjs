// Trains a model of each sample with the wasm that was built, so that the page has something to show before it
// trains: samples/PRESET.json (what the first picture needs), PRESET.more.json (the other views) and
// PRESET.safetensors. Run with the TypeScript hook: it shares the page's default settings.
//   node --import ./scripts/typescript-hook.mjs scripts/pretrain.mjs OUT
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { DEFAULTS, trainConfig } from "../src/lib/options.ts";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MODULE = here("../../pkg/cpu/");
const SAMPLES = here("../public/samples/");
const IMPRESSIONS = 6;
const POINTS = 60;
/** Significant digits: no picture and no table shows more. */
const DIGITS = 6;

if (!existsSync(`${MODULE}mi_dpg_bg.wasm`)) {
  console.log("pkg/cpu is not built: the page starts without a trained model");
} else {
  await main();
}

async function main() {
  const index = JSON.parse(await readFile(`${SAMPLES}index.json`, "utf8"));
  // The same folder as the rest of what is kept between builds (scripts/lib.sh).
  const home = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const cache = join(process.env.MIDPG_CACHE ?? join(home, "mi-dpg"), "pretrained");
  const folder = join(cache, await stampOf(index));
  if (!existsSync(folder)) await train(index, cache, folder);
  for (const file of await readdir(folder)) await cp(join(folder, file), `${SAMPLES}${file}`);
  const shown = index.map((sample) => ({ ...sample, showcase: true }));
  await writeFile(`${SAMPLES}index.json`, `${JSON.stringify(shown, null, 2)}\n`);
}

/** Everything the result depends on. */
async function stampOf(index) {
  const hash = createHash("sha256");
  const parts = [
    `${MODULE}mi_dpg_bg.wasm`,
    fileURLToPath(import.meta.url),
    here("../src/lib/options.ts"),
    ...index.map(({ file }) => `${SAMPLES}${file}`),
  ];
  for (const part of parts) hash.update(await readFile(part));
  return hash.digest("hex").slice(0, 16);
}

/** Of what was trained before, the newest few are kept: clones at other commits use them. */
async function forget(cache) {
  const entries = await Promise.all(
    (await readdir(cache)).map(async (name) => {
      const path = join(cache, name);
      return { path, at: (await stat(path)).mtimeMs };
    }),
  );
  entries.sort((a, b) => b.at - a.at);
  for (const { path } of entries.slice(3)) await rm(path, { recursive: true, force: true });
}

async function train(index, cache, folder) {
  await mkdir(cache, { recursive: true });
  await forget(cache);
  const temporary = await mkdtemp(join(cache, ".tmp-"));
  const wasm = await import(`${MODULE}mi_dpg.js`);
  await wasm.default({ module_or_path: await readFile(`${MODULE}mi_dpg_bg.wasm`) });
  await wasm.openDevice("cpu");
  for (const { preset, file } of index) {
    const began = Date.now();
    const raw = await readFile(`${SAMPLES}${file}`);
    const csv = new Uint8Array(file.endsWith(".gz") ? gunzipSync(raw) : raw);
    const schema = wasm.schemaToml(preset);
    const data = wasm.Dataset.parse(csv, schema, DEFAULTS.seed);
    const config = trainConfig(DEFAULTS);
    const one = await run(wasm, data, csv, config);
    const without = await run(wasm, data, csv, { ...config, method: "dpg" });
    const { model, info, report, explanation } = one;
    const showcase = { schema, data: data.info, config, info, report, explanation };
    await writeFile(join(temporary, `${preset}.json`), json(showcase));
    const more = {
      impressions: model.impressions(csv, IMPRESSIONS),
      diversity: one.diversity,
      without: without.diversity,
    };
    await writeFile(join(temporary, `${preset}.more.json`), json(more));
    await writeFile(join(temporary, `${preset}.safetensors`), await model.save());
    console.log(`a model of ${file}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  }
  await rename(temporary, folder);
}

async function run(wasm, data, csv, config) {
  const trainer = await wasm.Trainer.create(data, config);
  let mutualInformation = null;
  let report = null;
  for (;;) {
    const event = await trainer.nextEvent();
    if (event.kind === "epoch" && event.best) ({ mutualInformation } = event);
    if (event.kind !== "done") continue;
    ({ report } = event);
    break;
  }
  const model = await trainer.model();
  trainer.free();
  const lambda = config.method === "mi-dpg" ? config.lambda : 0;
  const map = await model.map(csv, POINTS, DEFAULTS.seed);
  const diversity = { lambda, map, mutualInformation, auc: report?.auc ?? null };
  return { model, info: model.info, report, explanation: await model.explain(csv), diversity };
}

function json(value) {
  return JSON.stringify(value, (_key, part) => {
    if (part instanceof Float32Array) return Array.from(part, round);
    return typeof part === "number" && !Number.isInteger(part) ? round(part) : part;
  });
}

function round(value) {
  return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;
}
