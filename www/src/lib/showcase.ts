// What the page shows before anything is trained: a model of each sample, trained when the site was built
// (scripts/pretrain.mjs), with its pictures.
import type {
  DatasetInfo,
  Explanation,
  Impression,
  LayerExplanation,
  ModelInfo,
  MutualInformation,
  Report,
  ScenarioMap,
  TrainConfig,
} from "../../client/index.ts";

export interface Sample {
  preset: string;
  file: string;
  bytes: number;
  /** Whether a model was trained for it. */
  showcase: boolean;
}

/** `samples/PRESET.json`: all that the first picture needs. */
export interface Showcase {
  schema: string;
  data: DatasetInfo;
  config: TrainConfig;
  info: ModelInfo;
  report: Report | null;
  explanation: Explanation;
}

/** `samples/PRESET.more.json`: what the other views need. */
export interface ShowcaseMore {
  impressions: Impression[];
  diversity: Diversity;
  /** The same with λ = 0. */
  without: Diversity;
}

/** How far a model tells scenarios apart. */
export interface Diversity {
  /** Weight of the mutual-information term; null where the model has none. */
  lambda: number | null;
  map: ScenarioMap;
  mutualInformation: MutualInformation | null;
  auc: number | null;
}

type Numbers<T> = Omit<T, "mean"> & { mean: number[] };

/** Numbers become typed arrays again. */
export function revive(text: string): Showcase {
  const showcase = JSON.parse(text) as Showcase;
  const { explanation } = showcase;
  const layers = explanation.layers as unknown as Numbers<LayerExplanation>[];
  return {
    ...showcase,
    explanation: {
      ...explanation,
      layers: layers.map((layer) => ({ ...layer, mean: Float32Array.from(layer.mean) })),
      similarity: numbers(explanation.similarity),
      cosine: numbers(explanation.cosine),
    },
  };
}

/** JSON has no NaN: null stands for it. */
function numbers(values: ArrayLike<number | null>): Float32Array {
  return Float32Array.from(values, (value) => value ?? NaN);
}

export async function get(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path} cannot be fetched (status ${response.status})`);
  return response;
}
