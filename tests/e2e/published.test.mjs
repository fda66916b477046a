// What would be published: all that somebody needs who installs it, and nothing else of the repository.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"];

/** Files below a folder, relative to it. */
async function filesOf(folder) {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name).slice(folder.length),
    );
}

test("the npm package holds the modules, the client, their types and licences", async () => {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json"], {
    cwd: join(root, "pkg"),
  });
  // A list in npm 10; by the package's name in npm 11 and later.
  const [{ files }] = Object.values(JSON.parse(stdout));
  const sources = await filesOf(join(root, "www/client/"));
  const wanted = [
    ...LICENCES,
    "README.md",
    "THIRD-PARTY-NOTICES",
    "package.json",
    ...sources.flatMap((name) => {
      const stem = `client/${name.replace(/\.ts$/, "")}`;
      return [`${stem}.js`, `${stem}.d.ts`];
    }),
    "cpu/mi_dpg_relaxed_bg.wasm",
    "score/mi_dpg_relaxed_bg.wasm",
    ...["cpu", "gpu", "score"].flatMap((flavour) =>
      ["mi_dpg.d.ts", "mi_dpg.js", "mi_dpg_bg.wasm", "mi_dpg_bg.wasm.d.ts"].map(
        (name) => `${flavour}/${name}`,
      ),
    ),
  ];
  assert.deepEqual(files.map(({ path }) => path).sort(), wanted.sort());
  assert.ok(files.every(({ size }) => size > 0));
});

test("whatever package.json exports is in the package", async () => {
  const text = await readFile(join(root, "pkg/package.json"), "utf8");
  const { exports, files } = JSON.parse(text);
  const paths = Object.values(exports).flatMap((to) =>
    typeof to === "string" ? [to] : Object.values(to),
  );
  for (const path of paths) {
    await readFile(join(root, "pkg", path));
    const [, top] = path.split("/");
    assert.ok(files.includes(top) || top === "package.json", path);
  }
});

test("the crates hold their sources, benchmarks and licences, and the one finds the other by version", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "mi-dpg-crates-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await run(
    "cargo",
    [
      ...["package", "--locked", "--workspace", "--exclude", "mi-dpg-peers"],
      ...["--no-verify", "--allow-dirty", "--target-dir", folder],
    ],
    { cwd: root },
  );
  const made = ["Cargo.lock", "Cargo.toml", "Cargo.toml.orig", ...LICENCES];
  for (const [crate, source, more] of [
    [
      "mi-dpg-kernels",
      "kernels/src/",
      ["benches/roofline.rs", "benches/training.rs"],
    ],
    ["mi-dpg", "src/", ["CHANGELOG.md", "README.md", "include/midpg.h"]],
  ]) {
    const packed = (await readdir(join(folder, "package"))).find((name) =>
      new RegExp(`^${crate}-\\d.*\\.crate$`).test(name),
    );
    assert.ok(packed, crate);
    const archive = join(folder, "package", packed);
    const { stdout } = await run("tar", ["-tzf", archive]);
    const names = stdout
      .split("\n")
      .map((name) => name.slice(name.indexOf("/") + 1))
      .filter((name) => name && name !== ".cargo_vcs_info.json");
    const sources = await filesOf(join(root, source));
    const wanted = [...made, ...more, ...sources.map((name) => `src/${name}`)];
    assert.deepEqual(names.sort(), wanted.sort(), crate);
    if (crate !== "mi-dpg") continue;
    const inside = `${packed.replace(/\.crate$/, "")}/Cargo.toml`;
    const manifest = await run("tar", ["-xzOf", archive, inside]);
    const [, kernels] = manifest.stdout.split(
      "\n[dependencies.mi-dpg-kernels]\n",
    );
    assert.match(kernels.split("\n\n")[0], /^version = "=\d/);
    assert.doesNotMatch(kernels.split("\n\n")[0], /path/);
  }
});
