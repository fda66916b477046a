// A real Chromium on the built site, and a record of everything that should not happen in it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { serve } from "../../www/scripts/serve.mjs";

// The one package.json of the page holds the tests' tools too.
const fromPage = createRequire(
  new URL("../../www/package.json", import.meta.url),
);
const { chromium } = fromPage("playwright-core");
const axe = fromPage("axe-core");

/** The page's views, by their tabs. */
export const VIEWS = [
  "scenarios",
  "impression",
  "diversity",
  "training",
  "comparison",
  "scoring",
];
export const LOOKS = ["shift", "matrix", "two", "all"];

/** For what depends on the machine's speed; nothing is asserted about how long it takes. */
export const PATIENCE = Number(process.env.E2E_TIMEOUT ?? 300_000);
export const site = fileURLToPath(new URL("../../www/dist/", import.meta.url));
export const packages = fileURLToPath(new URL("../../pkg/", import.meta.url));
export const gpuBuilt = existsSync(`${site}pkg/gpu/mi_dpg_bg.wasm`);

/** The software adapter of headless Chromium. */
export const GPU_FLAGS = [
  "--enable-unsafe-webgpu",
  "--enable-unsafe-swiftshader",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--ignore-gpu-blocklist",
];

const TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline"];

/** Serves the site under a sub-path and starts a browser; `close` ends both. */
export async function start(flags = [], root = site) {
  if (root === site && !existsSync(`${site}index.html`))
    throw new Error(`${site} is not built: npm run build`);
  const server = await serve({ root, prefix: "/some/sub-path/" });
  const browser = await chromium.launch({
    executablePath: process.env.CHROME || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", ...flags],
  });
  return {
    open: (query = "", settings = {}) =>
      open(browser, server.url, query, settings),
    /** An empty page in the folder that is served. */
    blank: async (headers = {}) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      await page.route(server.url, (route) =>
        route.fulfill({
          contentType: "text/html",
          body: "<!doctype html>",
          headers,
        }),
      );
      await page.goto(server.url);
      return page;
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

async function open(browser, url, query, settings) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    // Tests see what the page fetches, not what was kept; the offline test allows it.
    serviceWorkers: "block",
    ...settings,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const origin = new URL(url).origin;
  const trouble = [];
  context.on("request", (request) => {
    const to = new URL(request.url());
    const inside =
      to.origin === origin ||
      to.protocol === "blob:" ||
      to.protocol === "data:";
    if (!inside) trouble.push(`a request left the origin: ${to}`);
  });
  page.on("pageerror", (error) => trouble.push(`uncaught: ${error.message}`));
  context.on("console", (message) => {
    if (/content security policy/i.test(message.text()))
      trouble.push(message.text());
  });
  await page.addInitScript(() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.longest = Math.max(window.longest, duration);
      }
    }).observe({ type: "longtask", buffered: true });
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`),
    );
  });
  await page.goto(`${url}${query}`);
  return new Bench(page, context, trouble, origin);
}

/** The page as a test uses it. */
export class Bench {
  constructor(page, context, trouble, origin) {
    this.page = page;
    this.context = context;
    this.trouble = trouble;
    this.origin = origin;
  }

  part(testid) {
    return this.page.getByTestId(testid);
  }

  text(testid) {
    return this.part(testid).innerText();
  }

  /** Waits until the data is read and the module is ready. */
  async ready() {
    await this.page.locator('[data-testid="train"]:enabled').waitFor();
  }

  async status(status) {
    await this.page
      .locator(`[data-testid="status"][data-status="${status}"]`)
      .waitFor();
  }

  /** Waits until a run is over and its model is shown. */
  async settled() {
    await this.page
      .locator('[data-settled="true"], [data-status="failed"]')
      .waitFor();
  }

  /** Trains to the end and waits for the matrices. */
  async train() {
    await this.ready();
    await this.part("train").click();
    await this.settled();
    if ((await this.part("train-error").count()) > 0)
      assert.fail(await this.text("train-error"));
    await this.part("map-1-a").waitFor();
  }

  /** Shows a view. */
  async view(name) {
    await this.part(`tab-${name}`).click();
  }

  /** Shows the matrices otherwise: shift, matrix, two, all. */
  async look(name) {
    await this.part(`look-${name}`).check();
  }

  /** Holds the picked scenario against another one. */
  async compareWith(index) {
    await this.look("two");
    await this.part("against").selectOption(String(index));
  }

  async pickScenario(index) {
    await this.part("scenarios").getByRole("radio").nth(index).check();
  }

  /** The pixels of a heatmap, as one string. */
  pixels(testid) {
    return this.part(testid).evaluate((canvas) => {
      const { width, height } = canvas;
      return canvas
        .getContext("2d")
        .getImageData(0, 0, width, height)
        .data.join();
    });
  }

  /** Opens whatever is folded away. */
  unfold() {
    return this.page.evaluate(async () => {
      for (const part of document.querySelectorAll("details")) part.open = true;
      // What a part holds is made when it has told that it is open, and measured when it is laid out.
      for (let frame = 0; frame < 4; frame++)
        await new Promise((next) => requestAnimationFrame(next));
    });
  }

  /** What axe-core finds wrong, a line each. */
  async axe() {
    if (!(await this.page.evaluate(() => "axe" in window)))
      await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(() =>
      window.axe.run(document, {
        resultTypes: ["violations"],
        // Of WCAG 2.2, which axe leaves out unless it is asked for.
        rules: { "target-size": { enabled: true } },
      }),
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) =>
        `${id}: ${target.join(" ")}: ${failureSummary}`.replaceAll(/\s+/g, " "),
      ),
    );
  }

  /** How many pixels the page is wider than the window. */
  tooWide() {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
  }

  /** What a click brings as a download: its name and its bytes. */
  async saved(locator) {
    const waiting = this.page.waitForEvent("download");
    await locator.click();
    const download = await waiting;
    return {
      name: download.suggestedFilename(),
      bytes: await readFile(await download.path()),
    };
  }

  /** The page's main thread while `work` goes on, from Chromium's trace: its tasks, the longest first, and in what their time went. */
  async traced(work) {
    const browser = this.context.browser();
    await browser.startTracing(this.page, { categories: TRACED });
    await work();
    const { traceEvents } = JSON.parse(await browser.stopTracing());
    // The browser opens other renderers beside the page's; the page's is the one that draws frames for the main frame.
    const started = traceEvents.find(
      ({ name }) => name === "TracingStartedInBrowser",
    );
    const { processId } = started.args.data.frames.find(
      ({ parent, url }) => !parent && url.startsWith(this.origin),
    );
    const main = traceEvents.find(
      ({ name, pid, args }) =>
        name === "thread_name" &&
        pid === processId &&
        args.name === "CrRendererMain",
    );
    const own = traceEvents.filter(
      ({ pid, tid, dur }) => pid === main.pid && tid === main.tid && dur > 0,
    );
    const tasks = own.filter(({ name }) => name === "RunTask");
    assert.ok(tasks.length > 0, "the trace has no task of the page");
    tasks.sort((a, b) => b.dur - a.dur);
    const parts = (task) =>
      own
        .filter(
          ({ name, ts, dur }) =>
            name !== "RunTask" &&
            ts >= task.ts &&
            ts + dur <= task.ts + task.dur &&
            dur > 2000,
        )
        .map(({ name, dur }) => `${name} ${(dur / 1000).toFixed(1)}`);
    return tasks.map((task) => ({
      ms: task.dur / 1000,
      parts: () => parts(task),
    }));
  }

  longestTask() {
    return this.page.evaluate(() => Math.round(window.longest));
  }

  /** Nothing happened that must not, then the page is closed. */
  async close() {
    const violations = await this.page.evaluate(() => window.violations);
    await this.context.close();
    assert.deepEqual([...this.trouble, ...violations], []);
  }
}
