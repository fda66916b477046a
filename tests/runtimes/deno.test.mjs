// The installed package in Deno (DENO names the program; make test-full fetches it): the bits of Node, with nothing
// allowed but to read files. Both score a model that the package has trained in a browser.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { packages, start } from "../e2e/browser.mjs";
import { project, ROWS, trained } from "../e2e/model.mjs";

const run = promisify(execFile);
const deno = process.env.DENO;
if (!deno) throw new Error("DENO must name the deno program");

const SCORE = `
  import { readFile } from "node:fs/promises";
  import init, { MidpgError, Scorer } from "mi-dpg/score";
  import { createScorerPool } from "mi-dpg/score/pool";
  const read = (name) => readFile(new URL(name, import.meta.url));
  const bytes = await readFile(new URL(import.meta.resolve("mi-dpg/score/mi_dpg_bg.wasm")));
  const module = await WebAssembly.compile(bytes);
  await init(process.argv[2] === "module" ? module : bytes);
  const model = await read("model.safetensors");
  const rows = JSON.parse(await read("rows.json"));
  const bits = (scores) => [...new Uint32Array(scores.slice().buffer)];
  const scorer = Scorer.load(model);
  let refused;
  try {
    Scorer.load(new Uint8Array(20));
  } catch (error) {
    refused = error instanceof MidpgError ? error.kind : String(error);
  }
  let pooled;
  if (process.argv[2] === "module" && "Worker" in globalThis) {
    const pool = await createScorerPool({ model, module, size: 2, chunk: 64 });
    pooled = bits(await pool.scoreRows(rows));
    pool.close();
  }
  const all = { runtime: "Deno" in globalThis ? "deno" : "node", refused, pooled };
  console.log(JSON.stringify({ ...all, scores: bits(scorer.scoreRows(rows)) }));`;

let browser;
let model;
before(async () => {
  browser = await start([], packages);
  ({ model } = await trained(browser));
});
after(() => browser?.close());

test("Deno gives Node's bits, from bytes and from a module, alone and in a pool", async (t) => {
  const folder = await project(t, {
    "score.mjs": SCORE,
    "rows.json": JSON.stringify(ROWS),
  });
  await writeFile(join(folder, "model.safetensors"), model);
  const said = async (program, ...argv) =>
    JSON.parse((await run(program, argv, { cwd: folder })).stdout);
  const node = await said("node", "score.mjs", "bytes");
  assert.equal(node.runtime, "node");
  assert.equal(node.scores.length, ROWS.length);
  for (const source of ["bytes", "module"]) {
    const own = await said(
      deno,
      ...["run", "--no-prompt", "--no-remote", "--node-modules-dir=manual"],
      ...["--allow-read=.", "score.mjs", source],
    );
    assert.equal(own.runtime, "deno");
    assert.equal(own.refused, "model-file");
    assert.deepEqual(own.scores, node.scores);
    if (source === "module") assert.deepEqual(own.pooled, node.scores);
  }
});
