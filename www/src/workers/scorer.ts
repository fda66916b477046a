// The small scorer in a worker of its own: the page asks what one impression scores, and the first picture does not
// wait for the wasm that trains.
import { expose, transfer } from "comlink";
import init, {
  Scorer,
  type LayerWeighting,
  type Row,
  type ScorerField,
} from "../../client/score.ts";

/** What the page knows of the model that is loaded. */
export interface ScorerInfo {
  method: string;
  scenarios: string[];
  fields: ScorerField[];
  /** The column that says the scenario. */
  scenarioColumn: string;
}

export interface Scored {
  /** One probability a row. */
  scores: Float32Array;
  /** The weighting matrices of the rows; none for methods without. */
  layers: LayerWeighting[];
}

let scorer: Scorer | null = null;

const service = {
  async load(bytes: Uint8Array): Promise<ScorerInfo> {
    await init();
    const next = Scorer.load(bytes);
    scorer?.free();
    scorer = next;
    const { scenario } = next.schema as { scenario: { field: string } };
    const field = next.fields.find(({ name }) => name === scenario.field);
    return {
      method: next.method,
      scenarios: next.scenarios,
      fields: next.fields,
      scenarioColumn: field?.column ?? scenario.field,
    };
  },

  async ask(rows: Row[]): Promise<Scored> {
    if (!scorer) throw new Error("no model is loaded");
    const encoded = scorer.encode(rows);
    try {
      const scored = { scores: scorer.score(encoded), layers: scorer.weighting(encoded) };
      const buffers = [scored.scores.buffer, ...scored.layers.map(({ s }) => s.buffer)];
      return transfer(scored, buffers as ArrayBuffer[]);
    } finally {
      encoded.free();
    }
  },
};

export type ScorerService = typeof service;

expose(service);
