// The smallest log that a network can be trained on.
const rows = Array.from({ length: 300 }, (_, i) => {
  return `${"ab"[i % 2]},${i % 7},${i % 3 === 0 ? 1 : 0}`;
});
export const log = `scenario,thing,label\n${rows.join("\n")}\n`;
/** What the schemas of the tests' own logs begin with. */
export const beginning = `
[format]
[label]
column = "label"
positive = ["1"]
negative = ["0"]
[scenario]
field = "scenario"
[split]
kind = "hash"
valid = 0.1
test = 0.1
[[fields]]
name = "scenario"
kind = "categorical"
role = "scenario"
`;
export const schema = `${beginning}
[[fields]]
name = "thing"
kind = "categorical"
`;
