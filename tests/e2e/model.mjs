// A model that the package itself has trained, and projects that have installed the package: for tests of scoring.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { packages } from "./browser.mjs";
import { beginning } from "./tiny.mjs";

const run = promisify(execFile);
const www = new URL("../../www/package.json", import.meta.url);

const SCHEMA = `${beginning}
  [[fields]]
  name = "tags"
  kind = "multi"
  separator = ";"
  [[fields]]
  name = "price"
  kind = "numeric"
  standardise = true
  [[fields]]
  name = "thing"
  kind = "categorical"`;

export const ROWS = Array.from({ length: 400 }, (_, i) => ({
  scenario: "ab"[i % 2],
  tags: i % 5 === 0 ? null : `t${i % 3};t${i % 4}`,
  price: i % 7 === 0 ? null : (i % 11) / 2,
  thing: `"quoted, ${i % 6}"`,
}));

function csvOf(rows) {
  const cell = (value) =>
    value === null ? "" : `"${String(value).replaceAll('"', '""')}"`;
  const lines = rows.map((row, i) =>
    [...Object.values(row).map(cell), i % 3 === 0 ? 1 : 0].join(","),
  );
  return `scenario,tags,price,thing,label\n${lines.join("\n")}\n`;
}

/** A model file, and what the training package says of `ROWS`. */
export async function trained(browser) {
  const page = await browser.blank();
  const made = await page.evaluate(
    async ({ csv, schema }) => {
      const { createClient } = await import(`${location.href}client/index.js`);
      const client = await createClient({ device: "cpu" });
      const data = new TextEncoder().encode(csv);
      const config = { method: "mi-dpg", epochs: 3, batch: 64, lr: 0.01 };
      let done;
      for await (const event of client.train({ csv: data, schema, config })) {
        if (event.kind === "done") done = event;
      }
      const bytes = await client.save(done.model);
      const { scores } = await client.score(done.model, data);
      client.close();
      return { bytes: [...new Uint8Array(bytes)], scores: [...scores] };
    },
    { csv: csvOf(ROWS), schema: SCHEMA },
  );
  await page.close();
  return { model: Uint8Array.from(made.bytes), expected: made.scores };
}

/** A project that has installed what `npm pack` makes of the package. */
export async function project(t, files) {
  const folder = await mkdtemp(join(tmpdir(), "mi-dpg-project-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const packed = await run(
    "npm",
    ["pack", "--json", "--pack-destination", folder],
    { cwd: packages },
  );
  // A list in npm 10; by the package's name in npm 11 and later.
  const [{ filename }] = Object.values(JSON.parse(packed.stdout));
  const installed = join(folder, "node_modules/mi-dpg");
  await mkdir(installed, { recursive: true });
  const tarball = join(folder, filename);
  await run("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  files["package.json"] = `{ "type": "module" }`;
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), text);
  return folder;
}

/** Builds a project as Vite does with no configuration. */
export async function bundle(folder) {
  const vite = createRequire(www).resolve("vite");
  const { build } = await import(pathToFileURL(vite));
  await build({
    root: folder,
    base: "./",
    logLevel: "error",
    configFile: false,
  });
}
