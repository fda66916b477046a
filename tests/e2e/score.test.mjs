// `mi-dpg/score` as its users have it: in Node from bytes, and in a plain page under a strict content policy. The model
// is trained here with the package, and both must give what the training package says of the same rows.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { packages, start } from "./browser.mjs";
import { bundle, project, ROWS, trained } from "./model.mjs";

const run = promisify(execFile);

let browser;
let model;
let expected;
let scoring;
before(async () => {
  browser = await start([], packages);
  ({ model, expected } = await trained(browser));
  scoring = await import(new URL("client/score.js", `file://${packages}`));
});
after(() => browser?.close());

function close(got, wanted) {
  assert.equal(got.length, wanted.length);
  got.forEach((p, i) =>
    assert.ok(Math.abs(p - wanted[i]) <= 1e-5, `row ${i}: ${p} ${wanted[i]}`),
  );
}

test("before the wasm runs, loading says what to do", () => {
  assert.throws(
    () => scoring.Scorer.load(model),
    (error) => error.kind === "usage" && /init/.test(error.message),
  );
});

test("Node: rows, encoded rows and ids give the probabilities of the training package", async () => {
  const bytes = await readFile(`${packages}score/mi_dpg_bg.wasm`);
  await scoring.default(await WebAssembly.compile(bytes));
  await scoring.default();
  const scorer = scoring.Scorer.load(model);
  assert.equal(scorer.method, "mi-dpg");
  assert.deepEqual([...scorer.scenarios].sort(), ["a", "b"]);
  assert.deepEqual([...scorer.columns].sort(), [
    "price",
    "scenario",
    "tags",
    "thing",
  ]);
  close(scorer.scoreRows(ROWS), expected);
  assert.equal(scorer.scoreRows([]).length, 0);
  const one = scorer.encode([ROWS[17]]);
  close(scorer.score(one), [expected[17]]);

  // The whole S from the compact one.
  const batch = scorer.encode(ROWS.slice(0, 5));
  const layers = scorer.weighting(batch);
  assert.equal(layers.length, 3);
  const { s, dm, dn, dr, dc, rowOf, colOf, fields } = layers[0];
  assert.equal(s.length, 5 * dr * dc);
  assert.deepEqual(fields.map(({ name }) => name).sort(), [
    "price",
    "scenario",
    "tags",
    "thing",
  ]);
  const full = scorer.expand(0, 3);
  assert.equal(full.length, dm * dn);
  for (const [i, j] of [
    [0, 0],
    [dm - 1, dn - 1],
    [7, 11],
  ]) {
    assert.equal(full[i * dn + j], s[3 * dr * dc + rowOf[i] * dc + colOf[j]]);
  }
  assert.throws(() => scorer.expand(0, 5), { kind: "usage" });

  // Ids: unknown everywhere, without tags and without a price.
  const singles = scorer.fields.filter(({ kind }) => kind === "id").length;
  const ids = { ids: new Uint32Array(2 * singles), rowCount: 2 };
  const out = new Float32Array(4);
  const scores = scorer.scoreIds({
    ...ids,
    offsets: new Uint32Array(3),
    dense: new Float32Array([NaN, NaN]),
    out,
  });
  assert.equal(scores.buffer, out.buffer);
  const stranger = { scenario: "z", tags: null, price: null, thing: "z" };
  close(scores, scorer.scoreRows([stranger, stranger]));
  const ids0 = new Uint32Array();
  assert.equal(scorer.scoreIds({ ids: ids0, rowCount: 0 }).length, 0);
  assert.throws(
    () =>
      scorer.scoreIds({
        ids: new Uint32Array(singles).fill(9999),
        offsets: new Uint32Array(2),
        dense: new Float32Array(1),
        rowCount: 1,
      }),
    (error) => error.kind === "data" && /9999/.test(error.message),
  );

  // Free, and free again; everything else is refused.
  batch.free();
  assert.throws(() => scorer.score(batch), { kind: "usage" });
  scorer.free();
  scorer.free();
  assert.throws(() => scorer.scoreRows(ROWS), { kind: "usage" });
  assert.throws(() => scorer.weighting(one), { kind: "usage" });
});

test("a file that is no model is an error with a kind", () => {
  assert.throws(() => scoring.Scorer.load(new Uint8Array(20)), {
    name: "MidpgError",
    kind: "model-file",
  });
});

for (const [browserIs, knows, file] of [
  ["a browser with relaxed SIMD", true, "mi_dpg_relaxed_bg.wasm"],
  ["a browser without", false, "mi_dpg_bg.wasm"],
]) {
  test(`${browserIs}: ${file} is fetched, alone and by a pool, and scores the same`, async () => {
    const page = await browser.blank();
    const { scores, pooled, fetched } = await page.evaluate(
      async ({ model, rows, knows }) => {
        if (!knows) WebAssembly.validate = () => false;
        const here = location.href;
        const [{ default: init, Scorer }, { createScorerPool }] =
          await Promise.all([
            import(`${here}client/score.js`),
            import(`${here}client/pool.js`),
          ]);
        await init();
        const bytes = Uint8Array.from(model);
        const scores = Scorer.load(bytes).scoreRows(rows);
        const pool = await createScorerPool({ model: bytes, size: 1 });
        const pooled = await pool.scoreRows(rows);
        pool.close();
        const fetched = performance
          .getEntriesByType("resource")
          .map(({ name }) => name.split("/").at(-1))
          .filter((name) => name.endsWith(".wasm"));
        return { scores: [...scores], pooled: [...pooled], fetched };
      },
      { model: [...model], rows: ROWS, knows },
    );
    assert.deepEqual([...new Set(fetched)], [file]);
    close(scores, expected);
    assert.deepEqual(pooled, scores);
    await page.close();
  });
}

test("a plain page under a strict content policy scores", async () => {
  const page = await browser.blank({
    "content-security-policy":
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
  });
  const scores = await page.evaluate(
    async ({ model, rows }) => {
      const { default: init, Scorer } = await import(
        `${location.href}client/score.js`
      );
      await init();
      return [...Scorer.load(new Uint8Array(model)).scoreRows(rows)];
    },
    { model: [...model], rows: ROWS.slice(0, 20) },
  );
  close(scores, expected.slice(0, 20));
});

test("an app that Vite bundles scores", async (t) => {
  const folder = await project(t, {
    "index.html": `<!doctype html><script type="module" src="/main.js"></script>`,
    "main.js": `
      import init, { Scorer } from "mi-dpg/score";
      import wasm from "mi-dpg/score/mi_dpg_bg.wasm?url";
      window.score = async (model, rows) => {
        await init(fetch(wasm));
        return [...Scorer.load(new Uint8Array(model)).scoreRows(rows)];
      };`,
  });
  await bundle(folder);
  const app = await start([], join(folder, "dist/"));
  t.after(() => app.close());
  const { page, trouble } = await app.open();
  await page.waitForFunction(() => "score" in window);
  const scores = await page.evaluate(
    ({ model, rows }) => window.score(model, rows),
    { model: [...model], rows: ROWS.slice(0, 20) },
  );
  close(scores, expected.slice(0, 20));
  assert.deepEqual(trouble, []);
});

test("a Node program scores with the installed package", async (t) => {
  const folder = await project(t, {
    "score.js": `
      import { readFile } from "node:fs/promises";
      import init, { Scorer } from "mi-dpg/score";
      const wasm = new URL(import.meta.resolve("mi-dpg/score/mi_dpg_bg.wasm"));
      await init(await readFile(wasm));
      const [model, rows] = await Promise.all(["model.safetensors", "rows.json"].map((name) => readFile(name)));
      console.log(JSON.stringify([...Scorer.load(model).scoreRows(JSON.parse(rows))]));`,
    "rows.json": JSON.stringify(ROWS.slice(0, 20)),
  });
  await writeFile(join(folder, "model.safetensors"), model);
  const { stdout } = await run("node", ["score.js"], { cwd: folder });
  close(JSON.parse(stdout), expected.slice(0, 20));
});

test("an edge runtime's isolate scores: a module that its host compiled, nothing to fetch, compile or start", async (t) => {
  const folder = await project(t, {
    "score.js": `
      import { readFile } from "node:fs/promises";
      const wasm = new URL(import.meta.resolve("mi-dpg/score/mi_dpg_bg.wasm"));
      const module = await WebAssembly.compile(await readFile(wasm));
      const [model, rows] = await Promise.all(["model.safetensors", "rows.json"].map((name) => readFile(name)));
      const print = console.log;
      for (const name of ["fetch", "Request", "Response", "XMLHttpRequest", "Worker", "navigator", "process", "Buffer"])
        delete globalThis[name];
      const refuse = () => { throw new Error("code generation is not allowed here"); };
      const { instantiate } = WebAssembly;
      Object.assign(WebAssembly, {
        compile: refuse, compileStreaming: refuse, instantiateStreaming: refuse, validate: refuse,
        instantiate: (source, ...more) => source instanceof WebAssembly.Module ? instantiate(source, ...more) : refuse(),
      });
      const { default: init, Scorer } = await import("mi-dpg/score");
      await init(module);
      print(JSON.stringify([...Scorer.load(new Uint8Array(model)).scoreRows(JSON.parse(rows))]));`,
    "rows.json": JSON.stringify(ROWS.slice(0, 20)),
  });
  await writeFile(join(folder, "model.safetensors"), model);
  const { stdout } = await run("node", ["score.js"], { cwd: folder });
  close(JSON.parse(stdout), expected.slice(0, 20));
});
