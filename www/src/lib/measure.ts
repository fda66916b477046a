// How well a model predicts a log: on rows that it did not learn from, as far as the log has any.
import type { Client, ModelHandle, ReadOptions, Report, Table } from "../../client/index.ts";

const PARTS = [
  ["test", "test part"],
  ["valid", "validation part"],
  ["all", "all rows"],
] as const;

export interface Measured {
  report: Report;
  /** The part of the log, in words. */
  part: string;
}

export async function measure(
  client: Client,
  model: ModelHandle,
  csv: Table,
  read: ReadOptions,
): Promise<Measured> {
  for (const [name, part] of PARTS) {
    try {
      return { report: await client.evaluate(model, csv, name, read), part };
    } catch (error) {
      // A part without rows is a fault of the data, and so are those that every part has.
      if ((error as { kind?: string }).kind !== "data" || name === "all") throw error;
    }
  }
  throw new Error("no part was measured");
}

/** What a training measures its model on in the end: rows of the test part or, where it has none, those that it validated on. */
export function measuredAfterTraining(parts: { test: number } | undefined): string {
  return parts?.test === 0 ? "validation part" : "test part";
}
