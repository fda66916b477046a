const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function count(n: number): string {
  return whole.format(n);
}

export function fixed(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : value.toFixed(digits).replace("-", "−");
}

/** With its sign, and a real minus. */
export function signed(value: number, digits = 4): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(digits)}`;
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
