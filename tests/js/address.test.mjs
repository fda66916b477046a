import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, keepAddress } from "../../www/src/lib/address.ts";

/** A browser that lets the address be changed when `allowed` says so. */
function browser(refuse) {
  const page = { allowed: true, tries: 0 };
  globalThis.location = new URL("http://localhost/page/?sample=ads");
  globalThis.history = {
    replaceState(_state, _title, url) {
      page.tries += 1;
      if (page.allowed) globalThis.location = new URL(url);
      else refuse();
    },
  };
  return page;
}

test("a link is a query, or the page itself", () => {
  browser();
  assert.equal(addressOf(""), "http://localhost/page/");
  assert.equal(addressOf("?a=b+c"), "http://localhost/page/?a=b+c");
});

for (const [what, refuse] of [
  ["says nothing", () => undefined],
  [
    "throws",
    () => {
      throw new Error("too often");
    },
  ],
])
  test(`where the browser refuses and ${what}, the address is written later`, (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const page = browser(refuse);
    page.allowed = false;
    keepAddress("?seed=2");
    t.mock.timers.tick(1000);
    assert.equal(page.tries, 2);
    page.allowed = true;
    t.mock.timers.tick(1000);
    assert.equal(location.search, "?seed=2");
    t.mock.timers.tick(10_000);
    assert.equal(page.tries, 3);
  });

test("a link that has been left for another is not written any more", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = browser(() => undefined);
  page.allowed = false;
  keepAddress("?seed=2")();
  keepAddress("?seed=3");
  page.allowed = true;
  t.mock.timers.tick(10_000);
  assert.equal(location.search, "?seed=3");
  assert.equal(page.tries, 3);
});
