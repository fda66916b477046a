export { createClient, type Client, type ClientOptions } from "./client.ts";
export { ALL_METHODS, type CompareOptions } from "./compare.ts";
export { measureCrossover, type CrossoverOptions } from "./crossover.ts";
export { MidpgError, type ErrorKind } from "./error.ts";
export type { ModelHandle } from "./model.ts";
export type { DoneEvent, TrainEvent, TrainingRun, TrainOptions } from "./run.ts";
export type { ScoreOptions } from "./scoring.ts";
export type * from "./types.ts";
