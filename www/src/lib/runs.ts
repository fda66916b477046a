// Runs on one chart: which figure of each epoch is drawn, and what a run is called.
import type { AlignedData } from "uplot";
import type { EpochEvent, TrainConfig } from "../../client/index.ts";
import { methodName } from "./options.ts";

export const FIGURES = [
  ["auc", "Validation AUC"],
  ["logloss", "Validation LogLoss"],
  ["loss", "Training loss"],
] as const;

export type Figure = (typeof FIGURES)[number][0];

interface Run {
  number: number;
  config: TrainConfig;
  epochs: readonly EpochEvent[];
}

/** "3: MI-DPG (r), λ 1, seed 1". */
export function runName({ number, config }: Pick<Run, "number" | "config">): string {
  const method = methodName(config.method);
  const weighted = config.method === "dpg" || config.method === "mi-dpg";
  const parts = [`${number}: ${method}${weighted ? ` (${config.variant})` : ""}`];
  if (config.method === "mi-dpg") parts.push(`λ ${config.lambda}`);
  parts.push(`seed ${config.seed}`);
  return parts.join(", ");
}

const value = (epoch: EpochEvent, figure: Figure): number | null => {
  if (figure === "auc") return epoch.validAuc;
  return figure === "logloss" ? epoch.validLogloss : epoch.trainLoss;
};

/** Epochs along the bottom, one line a run. */
export function runsData(runs: readonly Run[], figure: Figure): AlignedData {
  const longest = Math.max(0, ...runs.map(({ epochs }) => epochs.length));
  const epochs = Array.from({ length: longest }, (_, i) => i + 1);
  return [
    epochs,
    ...runs.map((run) =>
      epochs.map((_, i) => (run.epochs[i] ? value(run.epochs[i], figure) : null)),
    ),
  ];
}
