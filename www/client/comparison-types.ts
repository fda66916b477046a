// What a comparison is made of, says and gives.
import type { Method, Report } from "./types.ts";

export interface MeanStd {
  mean: number;
  std: number | null;
  n: number;
}

/** A metric of one method over trials. */
export interface ComparisonFigure {
  over_trials: MeanStd;
  /** Half the width of the mean's 95 % interval. */
  interval_95: number | null;
  /** Relative gain over DNN; positive is better, of LogLoss too. */
  gain_percent: number | null;
  /** Of the paired t-test against the best baseline. */
  p: number | null;
  /** Better than the best baseline with p ≤ 0.05. */
  significant: boolean;
  values: number[];
}

export interface ComparisonRow {
  method: Method;
  variant?: string;
  auc: ComparisonFigure | null;
  logloss: ComparisonFigure | null;
  /** Predicted over actual conversions: 1 is calibrated. */
  calibration: MeanStd | null;
  parameters: { embedding: number; network: number };
  seconds: MeanStd | null;
}

/** The paper's Table 1 for one data set, of the methods whose trials are over. */
export interface ComparisonTable {
  trials: number;
  test_rows: number;
  methods: ComparisonRow[];
  best_baseline: Method | null;
  best_baseline_logloss: Method | null;
  /** Means by method, in the order of `methods`. */
  scenarios: {
    scenario: string;
    rows: number;
    positives: number;
    auc: (MeanStd | null)[];
    logloss: (MeanStd | null)[];
    calibration: (MeanStd | null)[];
  }[];
}

export interface ComparisonTrial {
  method: Method;
  variant: string | null;
  seed: number;
}

/** What came of a trial. */
export interface ComparisonOutcome {
  bestEpoch: number;
  epochs: number;
  validAuc: number | null;
  validLogloss: number | null;
  seconds: number;
  report: Report | null;
}

/** Where a comparison is. */
export interface ComparisonProgress {
  /** Trials that are over, of all. */
  done: number;
  trials: number;
  /** Those under way, and how far they are: the sum of their shares, 0 to 1 each. */
  running: ComparisonTrial[];
  share: number;
  /** The first of those under way; null where none is. */
  trial: ComparisonTrial | null;
  /** What is known so far; null until a method's trials are over. */
  table: ComparisonTable | null;
}

/** A comparison's table, and every trial as CSV. */
export interface ComparisonResult {
  table: ComparisonTable;
  csv: string;
}
