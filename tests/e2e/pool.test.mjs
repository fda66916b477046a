// `mi-dpg/score/pool` in a real browser: workers under a strict content policy, and in an app that Vite bundles. Its scores
// are those of one scorer, to the bit.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { packages, start } from "./browser.mjs";
import { bundle, project, ROWS, trained } from "./model.mjs";

let browser;
let model;
before(async () => {
  browser = await start([], packages);
  ({ model } = await trained(browser));
});
after(() => browser?.close());

test("a page under a strict content policy: rows and ids as one scorer gives them, errors, a crash, the end", async () => {
  const page = await browser.blank({
    "content-security-policy":
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
  });
  const said = await page.evaluate(
    async ({ model, rows }) => {
      const from = (name) => import(`${location.href}client/${name}.js`);
      const { createScorerPool } = await from("pool");
      const { default: init, Scorer } = await from("score");
      const wasm = await fetch(`${location.href}score/mi_dpg_bg.wasm`);
      const module = await WebAssembly.compile(await wasm.arrayBuffer());
      await init(module);
      const bytes = new Uint8Array(model);
      const scorer = Scorer.load(bytes);
      const bits = (scores) => [...new Uint32Array(scores.slice().buffer)];
      const kind = (call) =>
        call.then(
          () => "none",
          ({ name, kind, message }) => ({ name, kind, message }),
        );

      // Every size of chunk cuts the kernels' panels elsewhere; the bits must not depend on it.
      const workers = [];
      const spawn = () => {
        const url = `${location.href}client/pool-worker.js`;
        const worker = new Worker(url, { type: "module" });
        workers.push(worker);
        return worker;
      };
      const pool = await createScorerPool({
        model: bytes,
        size: 3,
        chunk: 37,
        module,
        spawn,
      });
      const many = Array.from({ length: 5 }, () => rows).flat();
      const rowBits = [bits(await pool.scoreRows(many))];
      rowBits.push(bits(scorer.scoreRows(many)));

      // Ids with bags of none, one, two.
      const singles = scorer.fields.filter(({ kind }) => kind === "id").length;
      const rowCount = 500;
      const starts = [0];
      for (let i = 0; i < rowCount; i++) starts.push(starts[i] + (i % 3));
      const count = rowCount * singles + starts.at(-1);
      const ids = {
        ids: Uint32Array.from({ length: count }, (_, i) => i % 3),
        offsets: Uint32Array.from(starts),
        dense: Float32Array.from({ length: rowCount }, (_, i) =>
          i % 7 === 0 ? NaN : i / 50,
        ),
        rowCount,
      };
      const idBits = [bits(await pool.scoreIds(ids))];
      idBits.push(bits(scorer.scoreIds(ids)));

      // Errors are those of one scorer, with the caller's row.
      const wrong = many.map((row, i) =>
        i === 123 ? { ...row, price: "dear" } : row,
      );
      const errors = [await kind(pool.scoreRows(wrong))];
      errors.push(await kind((async () => scorer.scoreRows(wrong))()));
      const foreign = { ...ids, ids: ids.ids.slice().fill(999, 60, 61) };
      errors.push(await kind(pool.scoreIds(foreign)));
      errors.push(await kind((async () => scorer.scoreIds(foreign))()));
      const short = { ...ids, dense: new Float32Array(3) };
      errors.push(await kind(pool.scoreIds(short)));
      errors.push(await kind((async () => scorer.scoreIds(short))()));

      // A worker that stops is replaced.
      const before = workers.length;
      workers[0].onerror(new ErrorEvent("error", { message: "stopped" }));
      const afterCrash = bits(await pool.scoreRows(many));
      const replaced = workers.length - before;
      pool.close();
      pool.close();
      const closed = await kind(pool.scoreRows(rows));
      const none = await kind(createScorerPool({ model: new Uint8Array(20) }));
      return {
        rowBits,
        idBits,
        errors,
        afterCrash,
        replaced,
        closed,
        none,
        method: pool.info.method,
      };
    },
    { model: [...model], rows: ROWS },
  );
  assert.equal(said.method, "mi-dpg");
  assert.equal(said.rowBits[0].length, 5 * ROWS.length);
  assert.deepEqual(said.rowBits[0], said.rowBits[1]);
  assert.equal(said.idBits[0].length, 500);
  assert.deepEqual(said.idBits[0], said.idBits[1]);
  for (let i = 0; i < said.errors.length; i += 2) {
    assert.equal(said.errors[i].kind, "data");
    assert.deepEqual(said.errors[i], said.errors[i + 1]);
  }
  assert.match(said.errors[0].message, /row 123:/);
  assert.deepEqual(said.afterCrash, said.rowBits[1]);
  assert.equal(said.replaced, 1);
  assert.equal(said.closed.kind, "usage");
  assert.deepEqual(
    [said.none.name, said.none.kind],
    ["MidpgError", "model-file"],
  );
});

test("an app that Vite bundles has the pool's workers and the wasm by itself", async (t) => {
  const folder = await project(t, {
    "index.html": `<!doctype html><script type="module" src="/main.js"></script>`,
    "main.js": `
      import { createScorerPool } from "mi-dpg/score/pool";
      window.score = async (model, rows) => {
        const pool = await createScorerPool({ model: new Uint8Array(model), size: 2, chunk: 50 });
        const scores = [...await pool.scoreRows(rows)];
        pool.close();
        return scores;
      };`,
  });
  await bundle(folder);
  const app = await start([], join(folder, "dist/"));
  t.after(() => app.close());
  const { page, trouble } = await app.open();
  await page.waitForFunction(() => "score" in window);
  const take = { model: [...model], rows: ROWS };
  const scores = await page.evaluate(
    ({ model, rows }) => window.score(model, rows),
    take,
  );
  const blank = await browser.blank();
  const expected = await blank.evaluate(async ({ model, rows }) => {
    const { default: init, Scorer } = await import(
      `${location.href}client/score.js`
    );
    await init();
    return [...Scorer.load(new Uint8Array(model)).scoreRows(rows)];
  }, take);
  assert.deepEqual(scores, expected);
  assert.deepEqual(trouble, []);
});
