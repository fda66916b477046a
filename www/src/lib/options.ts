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
  /** Widths of the hidden layers, with commas between. */
  hidden: string;
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
  // Embeddings have 16 columns: each block of S's columns in the first layer is one field.
  dcDiv: 16,
  condition: "input",
  lambda: 1,
  embedding: 16,
  // Samples are small: the wider default of the library lets whole layers die on them.
  hidden: "64,32,16",
  epochs: 8,
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
const METHOD_NAMES: ReadonlyMap<string, string> = new Map(
  METHODS.map(([name, label]) => [name, label.split(" ")[0] ?? name]),
);

/** A method as it is called in the paper. */
export function methodName(method: string): string {
  return METHOD_NAMES.get(method) ?? method;
}

/** Whether a method has weighting matrices. */
export const isWeighted = (method: Method) => method === "dpg" || method === "mi-dpg";

const CHOICES: Partial<Record<keyof Options, readonly string[]>> = {
  sample: ["amazon", "iaac", "ads"],
  device: ["auto", "cpu", "webgpu"],
  method: METHODS.map(([name]) => name),
  variant: ["non", "rc", "r", "c"],
  condition: ["input", "scenario"],
};

/** One to six widths. */
export const WIDTHS = /^ *[1-9]\d{0,4}( *, *[1-9]\d{0,4}){0,5} *$/;

/** Reads what a link sets; what it sets wrongly is left at its default. */
export function readOptions(search: string): Options {
  const options: Record<string, unknown> = { ...DEFAULTS };
  for (const [key, text] of new URLSearchParams(search)) {
    if (!Object.hasOwn(DEFAULTS, key)) continue;
    const choices = CHOICES[key as keyof Options];
    if (choices) {
      if (choices.includes(text)) options[key] = text;
    } else if (key === "hidden") {
      if (WIDTHS.test(text)) options[key] = text;
    } else if (text.trim() !== "" && Number.isFinite(Number(text)) && Number(text) >= 0) {
      options[key] = Number(text);
    }
  }
  return options as unknown as Options;
}

/** The settings that a model was trained with. */
export function withConfig(options: Options, config: TrainConfig): Options {
  const { hidden, maxSteps = null, ...rest } = config;
  const widths = hidden ? { hidden: hidden.join(",") } : {};
  return { ...options, ...(rest as Partial<Options>), ...widths, maxSteps };
}

/** A field that was emptied holds null: its default is meant, which is the page's and not the library's. */
function filled(options: Options): Options {
  const given = Object.entries(options).filter(([, value]) => value !== null);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

/** What of the settings goes to the trainer. */
export function trainConfig(options: Options): TrainConfig {
  const { sample: _sample, device: _device, maxSteps, hidden, ...rest } = filled(options);
  const config = { ...rest, hidden: hidden.split(",").map(Number) };
  return maxSteps === null ? config : { ...config, maxSteps };
}
