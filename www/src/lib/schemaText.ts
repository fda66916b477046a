// What a schema's text says of the label and the scenario, and the same text with another scenario. It reads what the
// guess writes, a key a line; of what is written otherwise it says nothing, and the text itself is what there is to edit.

interface Block {
  /** "[scenario]" or "[[fields]]"; empty before the first. */
  head: string;
  lines: string[];
}

/** A basic or a literal string after a key; one of several lines is none. */
const KEY = /^\s*(\w+)\s*=\s*("(?!"")(?:[^"\\]|\\.)*"|'(?!'')[^']*')/;

/** Cut at the lines that open a table. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [{ head: "", lines: [] }];
  for (const line of text.split("\n")) {
    const head = /^\s*(\[\[?\w+\]\]?)/.exec(line)?.[1];
    if (head) blocks.push({ head, lines: [line] });
    else blocks.at(-1)!.lines.push(line);
  }
  return blocks;
}

/** The text that a block gives a key; null where it gives none or nothing that can be read here. */
function valueOf({ lines }: Block, key: string): string | null {
  for (const line of lines) {
    const [, name, quoted] = KEY.exec(line) ?? [];
    if (name !== key || quoted === undefined) continue;
    // A name with quotes in it is guessed as a literal, in which nothing is escaped.
    if (quoted.startsWith("'")) return quoted.slice(1, -1);
    try {
      // TOML's basic strings and JSON's are the same but for rare escapes.
      return JSON.parse(quoted) as string;
    } catch {
      return null;
    }
  }
  return null;
}

const hasKey = ({ lines }: Block, key: string) =>
  lines.some((line) => new RegExp(`^\\s*${key}\\s*=`).test(line));

export interface Said {
  label: string | null;
  scenario: string | null;
  /** Fields that can be the scenario. */
  choices: string[];
}

export function readSchema(text: string): Said {
  const blocks = blocksOf(text);
  const of = (head: string, key: string) => {
    const block = blocks.find((one) => one.head === head);
    return block ? valueOf(block, key) : null;
  };
  const choices = blocks
    .filter((block) => block.head === "[[fields]]" && valueOf(block, "kind") === "categorical")
    .filter((block) => !hasKey(block, "hash_buckets"))
    .map((block) => valueOf(block, "name"))
    .filter((name) => name !== null);
  return { label: of("[label]", "column"), scenario: of("[scenario]", "field"), choices };
}

/** The text with another field as the scenario; the one before is a field like others. */
export function withScenario(text: string, field: string): string {
  const before = readSchema(text).scenario;
  const blocks = blocksOf(text).map((block) => {
    if (block.head === "[scenario]") {
      const lines = block.lines.map((line) =>
        KEY.exec(line)?.[1] === "field" ? `field = ${JSON.stringify(field)}` : line,
      );
      return { ...block, lines };
    }
    if (block.head !== "[[fields]]") return block;
    const name = valueOf(block, "name");
    if (name !== field && name !== before) return block;
    const lines = block.lines.filter((line) => KEY.exec(line)?.[1] !== "role");
    if (name === field) {
      const at = lines.findIndex((line) => KEY.exec(line)?.[1] === "kind");
      lines.splice(at + 1, 0, 'role = "scenario"');
    }
    return { ...block, lines };
  });
  return blocks.flatMap(({ lines }) => lines).join("\n");
}
