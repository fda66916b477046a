import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { metaPolicy } from "./scripts/csp.mjs";

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

export default defineConfig({
  // Relative, so that the site works under any sub-path.
  base: "./",
  plugins: [svelte(), contentSecurityPolicy],
  worker: { format: "es" },
  // The polyfill would be an inline script, which the policy forbids; every browser with wasm SIMD preloads modules.
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
