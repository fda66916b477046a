// The npm package as somebody uses it who has no page of ours and no bundler.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { packages, start } from "./browser.mjs";

let browser;
before(async () => (browser = await start([], packages)));
after(() => browser?.close());

test("the package trains, explains and scores in an empty page", async () => {
  const page = await browser.blank();
  const said = await page.evaluate(async () => {
    const { createClient } = await import(`${location.href}client/index.js`);
    const lines = ["scenario,thing,label"];
    for (let i = 0; i < 300; i++) {
      lines.push(`${"ab"[i % 2]},${i % 7},${i % 3 === 0 ? 1 : 0}`);
    }
    const csv = new TextEncoder().encode(`${lines.join("\n")}\n`);
    const schema = `
      [format]
      [label]
      column = "label"
      positive = ["1"]
      negative = ["0"]
      [scenario]
      field = "scenario"
      [split]
      kind = "hash"
      valid = 0.1
      test = 0.1
      [[fields]]
      name = "scenario"
      kind = "categorical"
      role = "scenario"
      [[fields]]
      name = "thing"
      kind = "categorical"`;
    const client = await createClient({ device: "auto" });
    const kinds = [];
    let done;
    const config = { method: "mi-dpg", epochs: 1, batch: 64 };
    for await (const event of client.train({ csv, schema, config })) {
      kinds.push(event.kind);
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
      scenarios: explained.scenarios.map(({ name }) => name).sort(),
      layers: explained.layers.length,
      scores: scored.scores.length,
      same: scored.scores.every((p, i) => p === file.scores[i]),
    };
  });
  assert.equal(said.device, "cpu");
  assert.ok(said.kinds.includes("step") && said.kinds.includes("epoch"));
  assert.equal(said.kinds.at(-1), "done");
  assert.deepEqual(said.scenarios, ["a", "b"]);
  assert.equal(said.layers, 3);
  assert.equal(said.scores, 300);
  assert.ok(said.same);
});
