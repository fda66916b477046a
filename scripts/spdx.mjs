// Licence expressions: which licence a crate is used under.

/** What may be compiled in, in the order in which we would choose; a new one is added here by a person who read it. */
export const ALLOWED = [
  "MIT",
  "Apache-2.0",
  "Apache-2.0 WITH LLVM-exception",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "Zlib",
  "0BSD",
  "Unlicense",
  "CC0-1.0",
  "BSL-1.0",
  "Unicode-3.0",
  "Unicode-DFS-2016",
  // File by file: unchanged sources and a place to get them are all it asks.
  "MPL-2.0",
];

/**
 * The licences of an SPDX expression that we take: one of each OR, all of an AND.
 * @returns {string[]}
 */
export function choose(expression, name) {
  // Old crates write MIT/Apache-2.0.
  const tokens =
    expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  if (tokens.length === 0)
    throw new Error(
      `${name} states no licence: do without it, or ask its authors`,
    );
  let at = 0;
  const either = () => {
    const ways = [both()];
    while (tokens[at] === "OR") {
      at += 1;
      ways.push(both());
    }
    const open = ways.filter((way) =>
      way.every((one) => ALLOWED.includes(one)),
    );
    const rank = (way) => Math.max(...way.map((one) => ALLOWED.indexOf(one)));
    return open.sort((a, b) => rank(a) - rank(b))[0] ?? ways[0];
  };
  const both = () => {
    const parts = [one()];
    while (tokens[at] === "AND") {
      at += 1;
      parts.push(one());
    }
    return [...new Set(parts.flat())];
  };
  const one = () => {
    const token = tokens[at];
    at += 1;
    if (token === "(") {
      const inside = either();
      if (tokens[at] !== ")") throw unreadable();
      at += 1;
      return inside;
    }
    if (token === undefined || /^([()]|OR|AND|WITH)$/.test(token))
      throw unreadable();
    if (tokens[at] !== "WITH") return [token];
    at += 2;
    return [`${token} WITH ${tokens[at - 1]}`];
  };
  const unreadable = () =>
    new Error(`${name} states a licence that cannot be read: ${expression}`);
  const chosen = either();
  if (at !== tokens.length) throw unreadable();
  const foreign = chosen.find((licence) => !ALLOWED.includes(licence));
  if (foreign)
    throw new Error(
      `${name} is under ${expression}: do without it, or allow ${foreign} in scripts/spdx.mjs`,
    );
  return chosen;
}
