// The settings of a run, their defaults, and how a link sets them.
import type { DeviceChoice, Method, TrainConfig } from "../../client/index.ts";

type Shown =
  | "method"
  | "variant"
  | "dk"
  | "drDiv"
  | "dcDiv"
  | "condition"
  | "lambda"
  | "embedding"
  | "epochs"
  | "patience"
  | "batch"
  | "lr"
  | "seed";

export interface Options extends Required<Pick<TrainConfig, Shown>> {
  maxSteps: number | null;
  device: DeviceChoice;
  sample: string;
}

export const DEFAULTS: Options = {
  sample: "amazon",
  device: "auto",
  method: "mi-dpg",
  variant: "r",
  dk: 1,
  drDiv: 8,
  dcDiv: 8,
  condition: "input",
  lambda: 1,
  embedding: 16,
  epochs: 5,
  patience: 2,
  batch: 256,
  lr: 1e-3,
  seed: 1,
  maxSteps: null,
};

/** The methods of the paper's Table 1, the last one first, with what is said of each. */
export const METHODS: readonly (readonly [Method, string])[] = [
  ["mi-dpg", "MI-DPG"],
  ["dpg", "DPG (without MI)"],
  ["apg", "APG (generated weights)"],
  ["adasparse", "AdaSparse (pruned units)"],
  ["pepnet", "PEPNet (gates)"],
  ["star", "STAR (own factors)"],
  ["ple", "PLE (experts)"],
  ["dnn", "DNN (one for all)"],
];

/** Their bare names. */
export const METHOD_NAMES: ReadonlyMap<string, string> = new Map(
  METHODS.map(([name, label]) => [name, label.split(" ")[0] ?? name]),
);

/** Whether a method has weighting matrices. */
export const isWeighted = (method: Method) => method === "dpg" || method === "mi-dpg";

const CHOICES: Partial<Record<keyof Options, readonly string[]>> = {
  sample: ["amazon", "iaac", "ads"],
  device: ["auto", "cpu", "webgpu"],
  method: METHODS.map(([name]) => name),
  variant: ["non", "rc", "r", "c"],
  condition: ["input", "scenario"],
};

/** Reads what a link sets; what it sets wrongly is left at its default. */
export function readOptions(search: string): Options {
  const options: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, text] of new URLSearchParams(search)) {
    if (!Object.hasOwn(DEFAULTS, key)) continue;
    const choices = CHOICES[key as keyof Options];
    if (choices) {
      if (choices.includes(text)) options[key] = text;
    } else if (text.trim() !== "" && Number.isFinite(Number(text)) && Number(text) >= 0) {
      options[key] = Number(text);
    }
  }
  return options as unknown as Options;
}

/** What of the settings goes to the trainer. */
export function trainConfig(options: Options): TrainConfig {
  const { sample: _sample, device: _device, maxSteps, ...config } = options;
  return maxSteps === null ? config : { ...config, maxSteps };
}
