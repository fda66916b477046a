// Where the target `rows` starts from: generated rows, delimited and as objects, under every choice that the first byte
// makes (see fuzz_targets/rows.rs).
//
// Usage: node fuzz/seeds.mjs MIDPG; MIDPG is the command, which `make build` prints.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [midpg] = process.argv.slice(2);
if (!midpg) throw new Error("usage: node fuzz/seeds.mjs MIDPG");
const synth = ["synth", "--preset", "iaac", "--rows", "6", "--out", "-"];
const log = execFileSync(midpg, synth, { encoding: "utf8" });
const [header, ...rows] = log.trimEnd().split("\n");
const columns = header.split(" ");
const object = (row) => {
  const cells = row.split(" ").map((cell, index) => [columns[index], cell]);
  return JSON.stringify(Object.fromEntries(cells));
};
const folder = fileURLToPath(new URL("corpus/rows/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const count of [1, 2, 6]) {
  const some = rows.slice(0, count);
  for (let flags = 0; flags < 16; flags++) {
    const lines =
      flags & 1 ? some.map(object) : flags & 2 ? [header, ...some] : some;
    const text = `${lines.join("\n")}\n`;
    const bytes = Buffer.concat([Buffer.from([flags]), Buffer.from(text)]);
    writeFileSync(`${folder}seed-${count}-${flags}`, bytes);
  }
}
