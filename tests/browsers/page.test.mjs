// The page and the package in the engines that `make test` does not have: Firefox's and WebKit's, which is Safari's.
// A browser that is not named is skipped; `make test-browsers` names those that it finds.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { serve } from "../../www/scripts/serve.mjs";
import { packages, site, VIEWS } from "../e2e/browser.mjs";
import { ROWS, trained } from "../e2e/model.mjs";
import { drive } from "./webdriver.mjs";

const { FIREFOX, GECKODRIVER, WEBKITDRIVER } = process.env;
const BROWSERS = {
  Firefox: FIREFOX &&
    GECKODRIVER && {
      command: [GECKODRIVER],
      capabilities: {
        browserName: "firefox",
        "moz:firefoxOptions": { binary: FIREFOX, args: ["-headless"] },
      },
    },
  // It has no headless mode: it draws on a screen that nobody sees.
  WebKit: WEBKITDRIVER && {
    command: ["xvfb-run", "-a", WEBKITDRIVER],
    capabilities: {},
  },
};

const part = (testid) => `[data-testid="${testid}"]`;
const canvas = `document.querySelector('${part("map-1-a")}')`;
const pixels = `${canvas}.getContext("2d").getImageData(0, 0, ${canvas}.width, ${canvas}.height).data.join()`;

for (const [name, { command, capabilities } = {}] of Object.entries(BROWSERS)) {
  if (!command) {
    console.log(`skipped: ${name}, which is not here with its driver`);
    continue;
  }

  describe(name, () => {
    let browser;
    let servers;
    before(async () => {
      servers = {
        page: await serve({ root: site, prefix: "/some/sub-path/" }),
        package: await serve({ root: packages }),
      };
      browser = await drive(command, capabilities);
      console.log(`${name} is ${browser.name}`);
    });
    after(async () => {
      await browser?.close();
      for (const server of Object.values(servers)) await server.close();
    });

    test("the page trains, toggles scenarios, compares and scores", async () => {
      await browser.open(`${servers.page.url}?epochs=1&maxSteps=3`);
      await browser.run(`
        window.trouble = [];
        const told = (text) => window.trouble.push(text);
        addEventListener("error", (event) => told(event.message));
        addEventListener("unhandledrejection", (event) => told(String(event.reason)));
        document.addEventListener("securitypolicyviolation", (event) =>
          told(\`\${event.violatedDirective}: \${event.blockedURI}\`));`);
      await browser.click(part("train"));
      await browser.until(
        `document.querySelector('[data-settled="true"], [data-status="failed"]')`,
      );
      assert.match(await browser.text(part("status")), /^Done/);

      const first = await browser.text(part("sentence"));
      const drawn = await browser.run(`return ${pixels};`);
      assert.notEqual(new Set(drawn.split(",")).size, 1, "nothing is drawn");
      await browser.click(`${part("scenarios")} label:nth-of-type(2)`);
      await browser.until(
        `document.querySelector('${part("sentence")}').innerText !== ${JSON.stringify(first)}`,
      );
      await browser.until(`${pixels} !== ${JSON.stringify(drawn)}`);

      for (const view of VIEWS) {
        await browser.click(part(`tab-${view}`));
        await browser.until(
          `document.querySelector('${part(`tab-${view}`)}[aria-selected="true"]')`,
        );
        const wide =
          "return document.documentElement.scrollWidth - innerWidth;";
        assert.ok((await browser.run(wide)) <= 0, `${view} is too wide`);
      }

      await browser.click(part("score-data"));
      await browser.until(`document.querySelector('${part("score-head")}')`);
      assert.match(
        await browser.text(part("score-head")),
        /^first: (0\.\d{4}(, )?){3}$/,
      );

      await browser.click(part("tab-comparison"));
      await browser.run(`
        for (const box of document.querySelectorAll('fieldset input[type="checkbox"]'))
          if (!["dnn", "star"].includes(box.value) && box.checked) box.click();`);
      await browser.type(part("trials"), "1");
      await browser.click(part("compare"));
      await browser.until(
        `document.querySelector('${part("comparison")} tbody tr:nth-child(2)') &&
         document.querySelector('${part("compare")}:enabled')`,
      );
      assert.deepEqual(await browser.run("return window.trouble;"), []);
    });

    test("the package trains, and its scorers give what it says of the same rows", async () => {
      const blank = async () => {
        await browser.open(servers.package.url);
        const evaluate = (work, argument) =>
          browser.run(`return (${work})(...args);`, argument);
        return { evaluate, close: () => {} };
      };
      const { model, expected } = await trained({ blank });
      const scored = await (
        await blank()
      ).evaluate(
        async ({ model, rows }) => {
          const from = `${location.href}client/`;
          const score = await import(`${from}score.js`);
          const { createScorerPool } = await import(`${from}pool.js`);
          await score.default();
          const bytes = Uint8Array.from(model);
          const scorer = score.Scorer.load(bytes);
          const alone = [...scorer.scoreRows(rows)];
          scorer.free();
          const pool = await createScorerPool({
            model: bytes,
            size: 2,
            chunk: 64,
          });
          const pooled = [...(await pool.scoreRows(rows))];
          pool.close();
          return { alone, pooled };
        },
        { model: [...model], rows: ROWS },
      );
      assert.equal(scored.alone.length, expected.length);
      scored.alone.forEach((p, i) =>
        assert.ok(Math.abs(p - expected[i]) <= 1e-5, `row ${i}: ${p}`),
      );
      assert.deepEqual(scored.pooled, scored.alone);
    });
  });
}
