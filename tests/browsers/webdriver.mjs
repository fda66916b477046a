// A browser by the W3C's WebDriver protocol, which Firefox and WebKit speak as well: a driver is started, and asked in JSON.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** For what depends on the machine's speed; nothing is asserted about how long it takes. */
const PATIENCE = Number(process.env.E2E_TIMEOUT ?? 300_000);
const PAUSE = 100;

/** A port that was free a moment ago; drivers cannot be asked which one they took. */
function freePort() {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** Asks until the answer is true; what never comes ends with an error that names it. */
async function until(asked, what) {
  const end = Date.now() + PATIENCE;
  while (!(await asked())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((passed) => setTimeout(passed, PAUSE));
  }
}

/**
 * Starts `command`, a driver that takes `--port=N`, and a browser by it.
 * @param {string[]} command
 * @param {object} capabilities what the driver wants to be told, as WebDriver's `alwaysMatch`
 */
export async function drive(command, capabilities) {
  const port = await freePort();
  const [program, ...argv] = command;
  const driver = spawn(program, [...argv, `--port=${port}`], {
    stdio: "ignore",
    // A group of its own: xvfb-run and the driver leave processes behind.
    detached: true,
  });
  let gone;
  driver.once("error", (error) => (gone = `${program}: ${error.message}`));
  driver.once("exit", (code) => (gone ??= `${program} ended with ${code}`));
  const ask = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  const end = () => {
    try {
      process.kill(-driver.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  try {
    await until(async () => {
      if (gone) throw new Error(gone);
      return (await ask("GET", "/status").catch(() => null))?.ready;
    }, program);
    const wanted = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId, capabilities: got } = await ask(
      "POST",
      "/session",
      wanted,
    );
    const browser = new Browser(ask, `/session/${sessionId}`, got);
    await browser.ask("POST", "/timeouts", { script: PATIENCE });
    await browser.ask("POST", "/window/rect", { width: 1280, height: 900 });
    return Object.assign(browser, {
      close: async () => {
        await browser.ask("DELETE", "").finally(end);
      },
    });
  } catch (error) {
    end();
    throw error;
  }
}

class Browser {
  #ask;
  #session;

  constructor(ask, session, { browserName, browserVersion }) {
    this.#ask = ask;
    this.#session = session;
    this.name = `${browserName} ${browserVersion}`;
  }

  ask(method, path, body) {
    return this.#ask(method, `${this.#session}${path}`, body);
  }

  open(url) {
    return this.ask("POST", "/url", { url });
  }

  /** What `body`, the body of an async function, returns in the page. */
  async run(body, ...args) {
    const script = `
      const done = arguments[arguments.length - 1];
      (async (...args) => { ${body} })(...[...arguments].slice(0, -1)).then(
        (value) => done({ value }),
        (error) => done({ error: \`\${error}\\n\${error.stack}\` }),
      );`;
    const { value, error } = await this.ask("POST", "/execute/async", {
      script,
      args,
    });
    if (error) throw new Error(error);
    return value;
  }

  /** Waits until `expression` is true in the page. */
  until(expression) {
    const asked = () => this.run(`return Boolean(${expression});`);
    return until(asked, expression);
  }

  /** The element that `selector` finds. */
  async #find(selector) {
    const found = await this.ask("POST", "/element", {
      using: "css selector",
      value: selector,
    });
    return Object.values(found)[0];
  }

  /** A click as a user makes it, once the element can be clicked. */
  async click(selector) {
    await this.until(
      `document.querySelector(${JSON.stringify(selector)})?.matches(":not(:disabled)")`,
    );
    const element = await this.#find(selector);
    await this.ask("POST", `/element/${element}/click`, {});
  }

  /** Types into an emptied field. */
  async type(selector, text) {
    const element = await this.#find(selector);
    await this.ask("POST", `/element/${element}/clear`, {});
    await this.ask("POST", `/element/${element}/value`, { text });
  }

  text(selector) {
    return this.run(
      "return document.querySelector(args[0]).innerText;",
      selector,
    );
  }
}
