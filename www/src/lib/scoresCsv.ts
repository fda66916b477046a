/** Rows that are written before the page may do something else: some ten milliseconds' worth. */
const CHUNK = 8192;

/** One line a row under the header `score`, as `midpg score` writes it; a row that was skipped is empty. */
export async function scoresCsv(scores: Float32Array): Promise<Blob> {
  const parts = [new Blob(["score\n"])];
  for (let at = 0; at < scores.length; at += CHUNK) {
    let text = "";
    for (const score of scores.subarray(at, at + CHUNK)) text += `${shortest(score)}\n`;
    parts.push(new Blob([text]));
    await new Promise((next) => setTimeout(next));
  }
  return new Blob(parts, { type: "text/csv" });
}

/** The fewest digits that are read back as the same f32; nothing for NaN. */
export function shortest(value: number): string {
  if (Number.isNaN(value)) return "";
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
