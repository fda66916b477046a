// Writes the service worker beside the built page, with the list of its files.
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { RELAXED } from "../client/simd.ts";

/** The WebGPU module is kept once it has been used: nobody else should have to fetch it. */
const LATER = /^pkg\/gpu\//;
const NEVER = /\.d\.ts$|^sw\.js$|\.stamp$/;

export async function writeServiceWorker(folder) {
  const files = (await walk(folder))
    .map((file) => relative(folder, file).split(sep).join("/"))
    .filter((file) => !NEVER.test(file))
    .sort();
  const version = createHash("sha256");
  const [kept, later] = [{}, {}];
  for (const file of files) {
    const bytes = await readFile(join(folder, file));
    version.update(file).update(bytes);
    const digest = createHash("sha256").update(bytes).digest("base64");
    const path = file === "index.html" ? "./" : `./${file}`;
    (LATER.test(file) ? later : kept)[path] = `sha256-${digest}`;
  }
  const source = await readFile(
    fileURLToPath(new URL("service-worker.js", import.meta.url)),
    "utf8",
  );
  const text = source
    .replace("__VERSION__", version.digest("hex").slice(0, 12))
    .replace("__FILES__", JSON.stringify(kept))
    .replace("__LATER__", JSON.stringify(later))
    .replace("__RELAXED__", JSON.stringify(RELAXED));
  await writeFile(join(folder, "sw.js"), text);
}

async function walk(folder) {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await walk(path)));
    else found.push(path);
  }
  return found;
}
