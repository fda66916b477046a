// The content security policy of the page, in one place: the build writes it into a <meta>, and our
// own server also sends it as a header, so that the worker (which takes no <meta>) runs under it too.

const directives = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

export const metaPolicy = directives.join("; ");
// Browsers ignore frame-ancestors in a <meta> and say so on the console.
export const headerPolicy = [...directives, "frame-ancestors 'self'"].join("; ");
