// The npm client into ../pkg/client: the sources of client/ as JavaScript modules and their types, nothing bundled,
// so that any bundler (or none) can take them.
import { execFileSync } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here("../../pkg/client/");

await rm(out, { recursive: true, force: true });
execFileSync(here("../node_modules/.bin/tsc"), ["-p", here("../tsconfig.client.json")], {
  stdio: "inherit",
});
// TypeScript renames what is imported; the workers are named in URLs.
for (const [file, worker] of [
  ["client", "worker"],
  ["pool", "pool-worker"],
]) {
  const path = `${out}${file}.js`;
  const text = await readFile(path, "utf8");
  const renamed = text.replace(`"./${worker}.ts"`, `"./${worker}.js"`);
  if (renamed === text) throw new Error(`${path} does not name ./${worker}.ts: has it moved?`);
  await writeFile(path, renamed);
}
