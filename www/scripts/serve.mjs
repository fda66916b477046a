// A small static server for the built site: right MIME types (streaming compilation of wasm needs
// application/wasm), the page's security policy as a header, nothing outside the folder.
//   node scripts/serve.mjs [folder]        PORT and HOST are honoured
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { headerPolicy } from "./csp.mjs";

const MIME = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".csv": "text/csv; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".gz": "application/gzip",
  ".ts": "text/plain; charset=utf-8",
};

/**
 * Serves `root` under `prefix` ("/" or "/some/path/"); port 0 takes a free one.
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function serve({ root, port = 0, host = "127.0.0.1", prefix = "/" }) {
  const folder = resolve(root);
  const server = createServer((request, response) => {
    answer(folder, prefix, request, response).catch(() => fail(response, 500));
  });
  await new Promise((ready, failed) => server.once("error", failed).listen(port, host, ready));
  return {
    url: `http://${host}:${server.address().port}${prefix}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function answer(folder, prefix, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") return fail(response, 405);
  let path;
  try {
    path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  } catch {
    return fail(response, 400);
  }
  if (!path.startsWith(prefix) || path.includes("\0")) return fail(response, 404);
  let file = join(folder, normalize(path.slice(prefix.length - 1)));
  if (file !== folder && !file.startsWith(folder + sep)) return fail(response, 404);
  let info = await stat(file).catch(() => null);
  if (info?.isDirectory()) {
    file = join(file, "index.html");
    info = await stat(file).catch(() => null);
  }
  if (!info?.isFile()) return fail(response, 404);
  response.writeHead(200, {
    "content-type": MIME[extname(file)] ?? "application/octet-stream",
    "content-length": info.size,
    "content-security-policy": headerPolicy,
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
  });
  if (request.method === "HEAD") return response.end();
  createReadStream(file)
    .on("error", () => response.destroy())
    .pipe(response);
}

function fail(response, status) {
  if (!response.headersSent) response.writeHead(status, { "content-type": "text/plain" });
  response.end(`${status}\n`);
}

async function main() {
  const root = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));
  const port = Number(process.env.PORT ?? 8080);
  const host = process.env.HOST ?? "127.0.0.1";
  if (!(await stat(join(root, "index.html")).catch(() => null))) {
    console.error(`error: ${root} holds no built page; run \`npm run build\` first`);
    process.exit(1);
  }
  try {
    const { url } = await serve({ root, port, host });
    console.log(`mi-dpg is at ${url}  (Ctrl-C stops it)`);
  } catch (error) {
    const hint = error.code === "EADDRINUSE" ? "; set PORT to another one" : "";
    console.error(`error: port ${port}: ${error.code ?? error.message}${hint}`);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
