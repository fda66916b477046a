// Runs on one chart: which figure of each epoch is drawn, and what a run is called.
import type { AlignedData } from "uplot";
import type { EpochEvent, TrainConfig } from "../../client/index.ts";
import { DEFAULTS, isWeighted, methodName, trainConfig } from "./options.ts";

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

/** Settings that a run's name has where they are not the page's own, and those that only methods with matrices have. */
const NAMED = [
  ["batch", "batch"],
  ["lr", "learning rate"],
  ["hidden", "widths"],
  ["embedding", "embedding"],
] as const;
const NAMED_OF_WEIGHTED = [
  ["dk", "rank"],
  ["condition", "S from"],
  ["drDiv", "outputs per block"],
  ["dcDiv", "inputs per block"],
] as const;

/** "3: MI-DPG (r), λ 1, seed 1, learning rate 0.01": runs that differ in a setting differ in their names. */
export function runName({ number, config }: Pick<Run, "number" | "config">): string {
  const method = methodName(config.method);
  const weighted = isWeighted(config.method);
  const parts = [`${number}: ${method}${weighted ? ` (${config.variant})` : ""}`];
  if (config.method === "mi-dpg") parts.push(`λ ${config.lambda}`);
  parts.push(`seed ${config.seed}`);
  const usual = trainConfig(DEFAULTS);
  for (const [key, name] of [...NAMED, ...(weighted ? NAMED_OF_WEIGHTED : [])]) {
    const own = config[key];
    if (own !== undefined && String(own) !== String(usual[key])) parts.push(`${name} ${own}`);
  }
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
