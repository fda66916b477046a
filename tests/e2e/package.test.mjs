// The npm package as somebody uses it who has no page of ours and no bundler.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { packages, start } from "./browser.mjs";
import { log, schema } from "./tiny.mjs";

let browser;
before(async () => (browser = await start([], packages)));
after(() => browser?.close());

/** Trains, explains and scores in an empty page; in an engine with relaxed SIMD, or as in one without. */
async function trainedIn(page, relaxed) {
  const work = async ({ relaxed, log, schema }) => {
    const { createClient } = await import(`${location.href}client/index.js`);
    const blob = (code) =>
      URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    // What the modules are chosen by is asked in the worker: of the probes only the relaxed one has this opcode.
    const without = blob(`
      const { validate } = WebAssembly;
      WebAssembly.validate = (bytes) => !bytes.includes(133) && validate(bytes);`);
    const worker = `${location.href}client/worker.js`;
    const spawn = () =>
      new Worker(blob(`import "${without}"; import "${worker}";`), {
        type: "module",
      });
    const options = relaxed ? {} : { spawn };
    const csv = new TextEncoder().encode(log);
    const client = await createClient({ device: "auto", ...options });
    const kinds = [];
    const sums = { rows: 0, loss: 0 };
    let done;
    const config = { method: "mi-dpg", epochs: 1, batch: 64 };
    for await (const event of client.train({ csv, schema, config })) {
      kinds.push(event.kind);
      // Steps that follow each other fast are one event, with the mean of their losses.
      if (event.kind === "step") {
        sums.rows += event.rows;
        sums.loss += event.loss * event.rows;
      }
      if (event.kind === "done") done = event;
    }
    const explained = await client.explain(done.model, csv);
    const scored = await client.score(done.model, csv);
    // A file is read in the worker.
    const file = await client.score(done.model, new File([csv], "log.csv"));
    const device = client.device.name;
    client.close();
    return {
      device,
      kinds,
      rows: sums.rows,
      loss: sums.loss / sums.rows,
      scenarios: explained.scenarios.map(({ name }) => name).sort(),
      layers: explained.layers.length,
      scores: scored.scores.length,
      same: scored.scores.every((p, i) => p === file.scores[i]),
    };
  };
  return page.evaluate(work, { relaxed, log, schema });
}

test("the package trains, explains and scores in an empty page, with relaxed SIMD and without", async () => {
  const runs = [];
  for (const [relaxed, file] of [
    [true, "mi_dpg_relaxed_bg.wasm"],
    [false, "mi_dpg_bg.wasm"],
  ]) {
    const page = await browser.blank();
    const fetched = [];
    page.on("request", (request) => {
      const name = new URL(request.url()).pathname.split("/").at(-1);
      if (name.endsWith(".wasm")) fetched.push(name);
    });
    const said = await trainedIn(page, relaxed);
    assert.deepEqual(fetched, [file]);
    assert.equal(said.device, "cpu");
    assert.ok(said.kinds.includes("step") && said.kinds.includes("epoch"));
    assert.equal(said.kinds.at(-1), "done");
    assert.deepEqual(said.scenarios, ["a", "b"]);
    assert.equal(said.layers, 3);
    assert.equal(said.scores, 300);
    assert.ok(said.same);
    runs.push(said);
    await page.close();
  }
  const [relaxed, plain] = runs;
  assert.ok(relaxed.rows > 200);
  assert.equal(relaxed.rows, plain.rows);
  assert.ok(
    Math.abs(relaxed.loss - plain.loss) <= 1e-4,
    `${relaxed.loss} ${plain.loss}`,
  );
});
