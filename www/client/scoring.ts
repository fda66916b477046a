import type { Connection } from "./connection.ts";
import { MidpgError } from "./error.ts";
import type { Computed, ScoreProgress, Scores, Table } from "./types.ts";

export interface ScoreOptions {
  /** A row that cannot be read gets NaN instead of ending it all. */
  skipBadRows?: boolean;
  onProgress?: (progress: ScoreProgress) => void;
  signal?: AbortSignal;
}

/** How many reasons for skipped rows are kept. */
const REASONS = 5;

/** Pulls a file's scores out of the worker, chunk by chunk. */
export async function score(
  connection: Connection,
  model: number,
  csv: Table,
  { skipBadRows = false, onProgress, signal }: ScoreOptions,
): Promise<Scores & Computed> {
  const started = await connection.request("startScoring", { model, csv, skip: skipBadRows });
  const scoring = started.result;
  const { generation } = connection;
  const parts: Float32Array[] = [];
  const out = {
    skipped: 0,
    skipReasons: [] as string[],
    unknownScenarios: 0,
    outOfVocabulary: {} as Record<string, number>,
  };
  let [rows, ms] = [0, started.ms];
  try {
    for (;;) {
      if (signal?.aborted) throw new MidpgError("cancelled", "the scoring was cancelled");
      const answer = await connection.requestOf(generation, "nextScores", { scoring });
      const { result, ms: took } = answer;
      ms += took;
      if (result === null) break;
      parts.push(result.scores);
      rows += result.scores.length;
      out.skipped += result.skipped;
      out.skipReasons = [...out.skipReasons, ...result.skipReasons].slice(0, REASONS);
      out.unknownScenarios += result.unknownScenarios;
      for (const [field, count] of Object.entries(result.outOfVocabulary))
        out.outOfVocabulary[field] = (out.outOfVocabulary[field] ?? 0) + count;
      onProgress?.({ rows, share: result.share });
    }
  } finally {
    connection.requestOf(generation, "endScoring", { scoring }).catch(() => undefined);
  }
  const scores = new Float32Array(rows);
  let at = 0;
  for (const part of parts) {
    scores.set(part, at);
    at += part.length;
  }
  return { scores, ...out, device: started.device, ms };
}
