/** A whole number, its thousands apart. Not by `Intl`, which throws in WebKit where the system's language is C: on a kiosk, say. */
export function count(n: number): string {
  return n.toFixed(0).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

export function fixed(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : `${isNegative(value, digits) ? "−" : ""}${Math.abs(value).toFixed(digits)}`;
}

/** With its sign, and a real minus; what is nothing to the digits that are shown has none. */
export function signed(value: number, digits = 4): string {
  const sign = isNegative(value, digits) ? "−" : isNegative(-value, digits) ? "+" : "";
  return `${sign}${Math.abs(value).toFixed(digits)}`;
}

/** The two ends of a scale around a centre, with as many digits as tell them apart; around nothing they have signs. */
export function ends(centre: number, half: number): [low: string, high: string] {
  const least = centre === 0 ? 4 : 3;
  const needed = half > 0 ? 1 - Math.floor(Math.log10(half)) : least;
  const digits = Math.min(Math.max(least, needed), MOST_DIGITS);
  const text = (value: number) => (centre === 0 ? signed(value, digits) : value.toFixed(digits));
  return [text(centre - half), text(centre + half)];
}

/** Values are of single precision. */
const MOST_DIGITS = 8;

const isNegative = (value: number, digits: number) => Number(value.toFixed(digits)) < 0;

/** "1 epoch", "2 epochs". */
export function plural(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? "" : "s"}`;
}

export function percent(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : "–";
}

/** Rounded first: 59.7 seconds of the last minute are the next one. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const tenths = Math.round(seconds * 10);
  if (tenths < 900) return `${(tenths / 10).toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  const kilobytes = Math.round(n / 1024);
  if (kilobytes < 1024) return `${kilobytes} KB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}
