// The page of the benchmarks, cross-origin isolated, and a headless Chromium to open it in.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = fileURLToPath(new URL(".", import.meta.url));
export const PACKAGE = join(here, "../../pkg/");
export const modules = (path) => join(here, "node_modules", path);

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** The software adapter of headless Chromium. */
export const GPU_FLAGS = [
  "--enable-unsafe-webgpu",
  "--enable-unsafe-swiftshader",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--ignore-gpu-blocklist",
];

/** Serves a package, ours where none is named, the peers' and the models; `close` ends server and browser. */
export async function open(models, { flags = [], pkg = PACKAGE } = {}) {
  const roots = {
    "/pkg/": pkg,
    "/modules/": modules(""),
    "/models/": models,
    "/": join(here, "page"),
  };
  const server = createServer((request, response) => {
    const path = normalize(
      decodeURIComponent(new URL(request.url, "http://x").pathname),
    );
    const [prefix, root] = Object.entries(roots).find(([prefix]) =>
      path.startsWith(prefix),
    );
    const file = join(root, path.slice(prefix.length) || "index.html");
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROME || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      ...flags,
    ],
  });
  return {
    url,
    browser,
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
