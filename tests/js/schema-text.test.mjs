// The page reads the label and the scenario out of a schema's text, and puts another scenario in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readSchema, withScenario } from "../../www/src/lib/schemaText.ts";

const GUESSED = `# Guessed from the first 9000 rows of data.

[format]
delimiter = ","  # why: a comma cuts 99 of the first 99 rows into 5 cells

[label]
column = "click"  # why: its name says so, and it is 0 or 1
positive = ["1"]

[scenario]
field = "item"  # why: no column is named like a scenario: please check

[split]
kind = "hash"

[[fields]]
name = "the \\"page\\""
kind = "categorical"  # why: 300 different values

[[fields]]
name = "item"
kind = "categorical"  # why: 20 different values
role = "scenario"

[[fields]]
name = "user"
kind = "categorical"
hash_buckets = 1024

[[fields]]
name = "price"
kind = "numeric"

# no field "click": the label
`;

test("the label, the scenario and the fields that can be it are read", () => {
  assert.deepEqual(readSchema(GUESSED), {
    label: "click",
    scenario: "item",
    choices: ['the "page"', "item"],
  });
});

test("a name with quotes or backslashes is read as it is guessed, and one of several lines is left to be edited", () => {
  const named = (name) => GUESSED.replace(/^name = "the.*$/m, () => name);
  for (const [written, name] of [
    [`name = 'the "page"'`, 'the "page"'],
    [String.raw`name = 'shelf\page'`, String.raw`shelf\page`],
    ["name = ''", ""],
  ]) {
    const text = named(written);
    assert.deepEqual(readSchema(text).choices, [name, "item"]);
    const other = withScenario(text, name);
    assert.equal(readSchema(other).scenario, name);
    assert.equal(other.split('role = "scenario"').length, 2);
  }
  for (const quotes of [`"""`, "'''"]) {
    const text = named(`name = ${quotes}\nthe page${quotes}`);
    assert.deepEqual(readSchema(text).choices, ["item"]);
  }
});

test("another scenario takes the role of the one before, and nothing else changes", () => {
  const text = withScenario(GUESSED, 'the "page"');
  assert.equal(
    text,
    GUESSED.replace(
      'field = "item"  # why: no column is named like a scenario: please check',
      'field = "the \\"page\\""',
    )
      .replace('\nrole = "scenario"', "")
      .replace(
        "300 different values",
        '300 different values\nrole = "scenario"',
      ),
  );
  assert.equal(readSchema(text).scenario, 'the "page"');
  assert.deepEqual(
    withScenario(text, "item").split("\n").length,
    GUESSED.split("\n").length,
  );
});

test("other roles stay, and a text of another form says nothing", () => {
  const two = GUESSED.replace(
    'kind = "numeric"',
    'kind = "categorical"\nrole = "scenario"',
  );
  assert.equal(
    withScenario(two, 'the "page"').split('role = "scenario"').length,
    3,
  );
  for (const text of [
    "",
    "[scenario]\nfield = \'\'\'item\'\'\'",
    'scenario = { field = "item" }',
    "[[",
  ])
    assert.deepEqual(readSchema(text), {
      label: null,
      scenario: null,
      choices: [],
    });
});
