// The licences of what is compiled into the packages. Fails where a crate has none, or one that nobody has allowed.
//   node scripts/notices.mjs TARGET FEATURES… [--out FILE]     FEATURES: a flavour's, cli,train,flex
// Asks cargo which crates a flavour has, so that what only tests or build scripts use stays out.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { choose } from "./spdx.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

function cargo(...argv) {
  return execFileSync("cargo", argv, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** `name version` of every crate that is compiled into one flavour. */
function compiled(target, features) {
  const tree = cargo(
    ...["tree", "--locked", "--package", "mi-dpg", "--edges"],
    ...["normal,no-proc-macro", "--no-default-features"],
    ...["--features", features, "--target", target],
    ...["--prefix", "none", "--format", "{p}"],
  );
  return tree
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/^(\S+) v(\S+).*$/, "$1 $2"));
}

/** The crates of all flavours, as cargo describes them, without our own. */
function crates(target, flavours) {
  const wanted = new Set(
    flavours.flatMap((features) => compiled(target, features)),
  );
  const all = ["--all-features", "--filter-platform", target];
  const { packages } = JSON.parse(
    cargo("metadata", "--locked", "--format-version", "1", ...all),
  );
  const found = new Map(packages.map((p) => [`${p.name} ${p.version}`, p]));
  return [...wanted].sort().flatMap((name) => {
    const crate = found.get(name);
    if (!crate) throw new Error(`cargo metadata does not know ${name}`);
    return crate.source === null ? [] : [crate];
  });
}

const text = (path) => readFileSync(path, "utf8").replaceAll("\r\n", "\n");

/** The texts in a crate's folder: of the licence that was chosen where the file's name tells, else all there are. */
export function textsOf(names, chosen) {
  const legal = names.filter((name) =>
    /^(licen[cs]e|copying|unlicense|notice)/i.test(name),
  );
  const notices = legal.filter((name) => /^notice/i.test(name));
  const licences = legal.filter((name) => !/^notice/i.test(name));
  const named = licences.filter((name) =>
    chosen.some((licence) =>
      name.toLowerCase().includes(licence.split("-")[0].toLowerCase()),
    ),
  );
  // One licence and its file, or what there is.
  const some = chosen.length === 1 && named.length > 0 ? named : licences;
  return [...some.sort(), ...notices];
}

/** For crates that come without a text: the licence itself, which says the same for everybody. */
function standard(crate, chosen) {
  if (chosen.includes("Apache-2.0")) return text(join(root, "LICENSE-APACHE"));
  // It asks that those who get the program can get the sources.
  if (chosen.includes("MPL-2.0"))
    return "Mozilla Public License 2.0: https://mozilla.org/MPL/2.0/\n";
  if (!chosen.includes("MIT"))
    throw new Error(`${crate.name} has no licence text in its package`);
  const authors = crate.authors.join(", ") || `the authors of ${crate.name}`;
  const [, permission] = text(join(root, "LICENSE-MIT")).split(
    /^Copyright.*$/m,
  );
  return `MIT License\n\nCopyright (c) ${authors}\n${permission}`;
}

/** Entries with the same text stand together. */
function byText(entries) {
  const groups = new Map();
  for (const entry of entries)
    for (const body of entry.texts) {
      const key = body.replace(/\s+/g, " ").trim();
      const group = groups.get(key) ?? { body: body.trim(), names: [] };
      group.names.push(entry.name);
      groups.set(key, group);
    }
  return [...groups.values()];
}

function described(crate) {
  const chosen = choose(crate.license ?? "", crate.name);
  const folder = dirname(crate.manifest_path);
  // Some keep their texts in a folder of that name: only files are read.
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  const texts = textsOf(names, chosen).map((name) => text(join(folder, name)));
  return {
    name: `${crate.name} ${crate.version}`,
    licence: crate.license,
    home: crate.repository ?? `https://crates.io/crates/${crate.name}`,
    texts: texts.length > 0 ? texts : [standard(crate, chosen)],
  };
}

export function document(entries) {
  const line = "-".repeat(80);
  const list = entries.map(
    ({ name, licence, home }) => `${name}\n    ${licence}\n    ${home}`,
  );
  const groups = byText(entries).map(
    ({ body, names }) => `${line}\n${names.join(", ")}\n${line}\n\n${body}\n`,
  );
  return [
    "Third-party software in the WebAssembly modules of this package. Where a choice of licences is offered, the text",
    "below is that of the one chosen. The sources are at the addresses given, unchanged.\n",
    ...list,
    `\n${groups.join("\n")}`,
  ].join("\n");
}

function main([target, ...rest]) {
  const at = rest.indexOf("--out");
  const out = at < 0 ? undefined : rest.splice(at, 2)[1];
  // What JavaScript the package would pull in has to be told here as well, once there is some.
  const { dependencies = {} } = JSON.parse(
    text(join(root, "pkg/package.json")),
  );
  const [foreign] = Object.keys(dependencies);
  if (foreign)
    throw new Error(
      `pkg/package.json depends on ${foreign}: teach scripts/notices.mjs its licence`,
    );
  const entries = crates(target, rest).map(described);
  entries.push({
    name: "Rust's standard library",
    licence: "MIT OR Apache-2.0",
    home: "https://github.com/rust-lang/rust",
    texts: [text(join(root, "LICENSE-APACHE"))],
  });
  if (out) writeFileSync(out, document(entries));
  console.log(
    `licences: ${entries.length} pieces of ${target}, ${byText(entries).length} texts`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
