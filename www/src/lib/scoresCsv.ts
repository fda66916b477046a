/** One line a row under the header `score`, as `midpg score` writes it; a row that was skipped is empty. */
export function scoresCsv(scores: Float32Array): Blob {
  const parts: string[] = ["score\n"];
  const CHUNK = 65_536;
  for (let at = 0; at < scores.length; at += CHUNK) {
    let text = "";
    for (const score of scores.subarray(at, at + CHUNK)) text += `${shortest(score)}\n`;
    parts.push(text);
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
