export { createClient, type Client, type ClientOptions } from "./client.ts";
export { MidpgError, type ErrorKind } from "./error.ts";
export type { ModelHandle } from "./model.ts";
export type { DoneEvent, TrainEvent, TrainingRun, TrainOptions } from "./run.ts";
export type * from "./types.ts";
