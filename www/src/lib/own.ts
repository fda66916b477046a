// What is said of a link that cannot show all that its maker saw.
import type { Own } from "./place.ts";

const SAID: Record<Own, readonly [had: string, todo: string]> = {
  data: ["a file of its own", "open the same file"],
  schema: ["an edited schema", "edit the schema in the same way and train"],
  model: ["a model file of its own", "open the same model file"],
  cells: ["edited fields of an impression", "edit the fields in the same way"],
};

/** Nothing where the link carries everything. */
export function ownNotice(own: readonly Own[]): string | null {
  if (own.length === 0) return null;
  const all = (part: 0 | 1) => own.map((one) => SAID[one][part]).join(" and ");
  return `This link was made with ${all(0)}, which never left its maker's browser: ${all(1)} to see the same.`;
}
