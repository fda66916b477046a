import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const fileName = fileURLToPath(url);
  const source = await readFile(fileName, "utf8");
  const { outputText } = ts.transpileModule(source, { compilerOptions, fileName });
  return { format: "module", source: await withoutRunes(outputText, fileName), shortCircuit: true };
}

/** The page's state as plain values, as Svelte makes it where nothing is drawn. */
async function withoutRunes(source, filename) {
  if (!filename.endsWith(".svelte.ts")) return source;
  const { compileModule } = await import("svelte/compiler");
  return compileModule(source, { filename, generate: "server" }).js.code;
}
