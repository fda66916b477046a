// Copies what the page loads by URL into public/: the wasm modules that are built (../pkg) and the
// generated samples (../datasets-sample). A missing one is said, not fatal: the page then explains it.
import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PRESETS = ["amazon", "iaac", "ads"];
const DATA_FILE = /\.(csv|txt|tsv)(\.gz)?$/;

await copyModules(here("../../pkg/"), here("../public/pkg/"));
await copySamples(here("../../datasets-sample/"), here("../public/samples/"));

/** Copies each built flavour, and drops copies of flavours that are no longer built. */
async function copyModules(from, to) {
  for (const flavour of ["cpu", "gpu"]) {
    await rm(`${to}${flavour}`, { recursive: true, force: true });
    if (await exists(`${from}${flavour}/mi_dpg_bg.wasm`)) {
      await mkdir(to, { recursive: true });
      await cp(`${from}${flavour}`, `${to}${flavour}`, { recursive: true });
    } else {
      console.log(`pkg/${flavour} is not built: the page will say so`);
    }
  }
}

/** Copies the first data file of each preset and lists them in samples/index.json. */
async function copySamples(from, to) {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  const files = (await exists(from)) ? (await readdir(from)).sort() : [];
  const samples = [];
  for (const preset of PRESETS) {
    const file = files.find((name) => name.startsWith(preset) && DATA_FILE.test(name));
    if (!file) {
      console.log(`datasets-sample has no file for ${preset}`);
      continue;
    }
    await cp(`${from}${file}`, `${to}${file}`);
    samples.push({ preset, file, bytes: (await stat(`${from}${file}`)).size });
  }
  await writeFile(`${to}index.json`, `${JSON.stringify(samples, null, 2)}\n`);
}

async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
