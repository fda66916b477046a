// An AUC of a handful of rows says little: which ones do, and what is said of them.

/** With fewer, half the width of the 95 % interval of an AUC of 0.7 is 0.1 and more (Hanley and McNeil, 1982). */
const FEWEST_ROWS = 100;
/** Of those that converted, and of those that did not. */
const FEWEST_OF_A_CLASS = 10;

/** What a figure is of. */
export interface Counted {
  rows: number;
  positives: number;
}

/** Whether rows are few whatever their labels. */
export const areFew = (rows: number) => rows < FEWEST_ROWS;

export function isOfFew({ rows, positives }: Counted): boolean {
  return areFew(rows) || positives < FEWEST_OF_A_CLASS || rows - positives < FEWEST_OF_A_CLASS;
}

/** All rows of several scenarios. */
export function together(scenarios: readonly Counted[]): Counted {
  const sum = (key: keyof Counted) => scenarios.reduce((all, one) => all + one[key], 0);
  return { rows: sum("rows"), positives: sum("positives") };
}

export const OF_FEW =
  `AUC of fewer than ${FEWEST_ROWS} rows, or of fewer than ${FEWEST_OF_A_CLASS} that converted or did not: ` +
  "chance alone can move it by 0.1 and more.";
