import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { metaPolicy } from "./scripts/csp.mjs";
import { writeServiceWorker } from "./scripts/offline.mjs";

/** Puts the content security policy into the built page; the dev server needs inline scripts, the site does not. */
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: metaPolicy },
      injectTo: "head-prepend",
    },
  ],
};

/** The scorer's wasm is built apart from the page, into pkg/. */
const scorer: Plugin = {
  name: "scorer",
  enforce: "pre",
  resolveId: (source) =>
    source === "../score/mi_dpg.js"
      ? fileURLToPath(new URL("../pkg/score/mi_dpg.js", import.meta.url))
      : null,
  transform: (code, id) =>
    id.endsWith("/client/score-wasm.ts")
      ? code.replaceAll('"../score/', '"../../pkg/score/')
      : null,
};

/** The list of what must be kept for a page without a network is known once all is written. */
const offline: Plugin = {
  name: "offline",
  apply: "build",
  closeBundle: () => writeServiceWorker(fileURLToPath(new URL("dist", import.meta.url))),
};

export default defineConfig({
  // Relative, so that the site works under any sub-path.
  base: "./",
  plugins: [svelte(), contentSecurityPolicy, offline],
  worker: { format: "es", plugins: () => [scorer] },
  // The polyfill would be an inline script, which the policy forbids; every browser with wasm SIMD preloads modules.
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
