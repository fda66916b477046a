// The JavaScript of the READMEs against the package's types, so that nobody copies what does not compile.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ts = createRequire(here("../../www/package.json"))("typescript");
const READMES = ["../../README.md", "../../pkg/README.md"];

/** What a snippet takes as given. */
const GIVEN = `
  import type * as client from "mi-dpg";
  import type * as score from "mi-dpg/score";
  import type * as pool from "mi-dpg/score/pool";
  declare global {
    const csv: client.Table;
    const bytes: Uint8Array<ArrayBuffer>;
    const modelBytes: Uint8Array<ArrayBuffer>;
    const module: WebAssembly.Module;
    const schema: string;
    const client: client.Client;
    const run: client.TrainingRun;
    const model: client.ModelHandle;
    const scorer: score.Scorer;
    const batch: score.EncodedRows;
    const pool: pool.ScorerPool;
    const rows: score.Row[];
    const ids: Uint32Array;
    const offsets: Uint32Array;
    const dense: Float32Array;
    const rowCount: number;
  }`;

/** The package's entries by their names, as its package.json has them: the types of a build are made from these sources. */
async function entries() {
  const { exports } = JSON.parse(
    await readFile(here("../../pkg/package.json"), "utf8"),
  );
  return Object.fromEntries(
    Object.entries(exports).flatMap(([name, { types }]) =>
      types?.startsWith("./client/")
        ? [
            [
              name.replace(/^\./, "mi-dpg"),
              [here(`../../www/${types.replace(/\.d\.ts$/, ".ts")}`)],
            ],
          ]
        : [],
    ),
  );
}

/** Blocks of JavaScript, with the line each begins on, and what stands between words and looks like a call or a property. */
function snippets(markdown) {
  const found = [];
  const prose = markdown.replaceAll(
    /^```(\w*)\n([\s\S]*?)^```$/gm,
    (all, language, text, at) => {
      const line = markdown.slice(0, at).split("\n").length + 1;
      if (language === "js") found.push({ line, text });
      return all.replaceAll(/[^\n]/g, " ");
    },
  );
  for (const { 1: text, index } of prose.matchAll(/`([^`\n]+)`/g)) {
    if (!/^(client|run|scorer|pool)\.\w+/.test(text) || text.includes("…"))
      continue;
    found.push({
      line: prose.slice(0, index).split("\n").length,
      // A window has a `name` too.
      text: `{ const name = "ads"; void [name, ${text}]; }`,
    });
  }
  return found;
}

/** What the compiler says of some files, a line each. */
async function complaints(files) {
  const options = {
    allowJs: true,
    checkJs: true,
    // That the model of a run's last event is there the reader knows, and no compiler.
    strict: false,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: [
      "lib.es2023.d.ts",
      "lib.esnext.disposable.d.ts",
      "lib.dom.d.ts",
      "lib.dom.iterable.d.ts",
    ],
    types: [],
    paths: await entries(),
  };
  const host = ts.createCompilerHost(options);
  const { readFile: read, fileExists, getSourceFile } = host;
  host.readFile = (path) => files[path] ?? read(path);
  host.fileExists = (path) => path in files || fileExists(path);
  host.getSourceFile = (path, target, ...more) =>
    path in files
      ? ts.createSourceFile(path, files[path], target)
      : getSourceFile(path, target, ...more);
  const program = ts.createProgram(Object.keys(files), options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, start, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, " ");
      if (!file || !(file.fileName in files)) return text;
      return `${file.fileName.split("/").pop()}: ${file.text.slice(start).split("\n", 1)[0]}: ${text}`;
    });
}

/** Files of snippets as the compiler sees them, beside what they take as given. */
const asFiles = (named) =>
  Object.fromEntries([
    [here("given.ts"), GIVEN],
    ...named.map(([name, text]) => [here(name), text]),
  ]);

test("what the READMEs show of the package is in it, with these arguments", async () => {
  const named = [];
  for (const readme of READMES) {
    const all = snippets(await readFile(here(readme), "utf8"));
    const [folder] = readme.replaceAll("../", "").split("/");
    for (const { line, text } of all)
      named.push([`${folder}-${line}.js`, text]);
  }
  const blocks = named.filter(([, text]) => text.includes("import"));
  assert.equal(blocks.length, 5, "blocks of JavaScript");
  assert.ok(named.length > blocks.length + 5, "calls between words");
  assert.deepEqual(await complaints(asFiles(named)), []);
});

test("a method, a setting or an entry that is not there would be told", async () => {
  const wrong = [
    [
      "a.js",
      `import { createClient } from "mi-dpg"; (await createClient()).explane;`,
    ],
    [
      "b.js",
      `client.train({ csv, schema: "ads", config: { method: "mi-dgp" } });`,
    ],
    ["c.js", `import { createScorerPool } from "mi-dpg/pool";`],
    ["d.js", `pool.scoreRows(row);`],
  ];
  const said = (await complaints(asFiles(wrong))).join("\n");
  for (const word of ["explane", "mi-dgp", "mi-dpg/pool", "row"])
    assert.match(said, new RegExp(word));
});
