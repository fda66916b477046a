import type { Answer, Connection } from "./connection.ts";
import type { Asked, TrialMessage } from "./protocol.ts";
import type { ComparisonOutcome, ComparisonTable, ComparisonTrial } from "./types.ts";

/** What a worker is told of a comparison. */
export type Asking = Asked<"startComparison">;

/** A worker that has read the table and planned the comparison, and runs the trials it is given. */
export class Hand {
  readonly #connection: Connection;
  readonly #generation: number;
  readonly #comparison: number;
  readonly trials: readonly ComparisonTrial[];
  /** What the beginning took. */
  readonly ms: number;

  private constructor(
    connection: Connection,
    { result, ms }: Answer<{ comparison: number; trials: ComparisonTrial[] }>,
  ) {
    this.#connection = connection;
    this.#generation = connection.generation;
    this.#comparison = result.comparison;
    this.trials = result.trials;
    this.ms = ms;
  }

  static async begin(connection: Connection, asking: Asking): Promise<Hand> {
    return new Hand(connection, await connection.request("startComparison", asking));
  }

  next(trial: number): Promise<Answer<TrialMessage>> {
    return this.#ask("nextTrial", { trial });
  }

  record(trial: number, outcome: ComparisonOutcome): Promise<Answer<ComparisonTable | null>> {
    return this.#ask("recordTrial", { trial, outcome });
  }

  csv(): Promise<Answer<string>> {
    return this.#ask("comparisonCsv", {});
  }

  /** Gives back what the comparison holds in the worker; one that is gone holds nothing. */
  end(): void {
    this.#ask("endComparison", {}).catch(() => undefined);
  }

  #ask<O extends "nextTrial" | "recordTrial" | "comparisonCsv" | "endComparison">(
    op: O,
    take: Omit<Asked<O>, "comparison">,
  ) {
    const asked = { ...take, comparison: this.#comparison } as Asked<O>;
    return this.#connection.requestOf(this.#generation, op, asked);
  }
}
