// What the pool and its workers say to each other. A worker answers in the order in which it was asked.
import type { WireError } from "./error.ts";
import type { IdRows } from "./rows.ts";
import type { ScorerField } from "./score.ts";

/** What a model file says of itself. */
export interface ScorerInfo {
  method: string;
  schema: unknown;
  scenarios: string[];
  columns: string[];
  fields: ScorerField[];
}

/** Page to worker. */
export type Task =
  | { op: "open"; module: WebAssembly.Module; model: Uint8Array }
  | { op: "rows"; cells: string }
  | { op: "ids"; rows: IdRows };

/** Worker to page. */
export type Answer =
  | { kind: "ready"; info: ScorerInfo }
  | { kind: "scores"; scores: Float32Array }
  | { kind: "failure"; error: WireError };

/** The part of a Worker that is used; tests bring their own. */
export interface PoolWorkerLike {
  onmessage: ((message: MessageEvent<Answer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  postMessage(message: Task, transfer: ArrayBuffer[]): void;
  terminate(): void;
}

/** The buffers of a task that are moved: all of it was made for it. */
export function buffers(task: Task): ArrayBuffer[] {
  if (task.op !== "ids") return [];
  const { ids, offsets, dense } = task.rows;
  return [ids, offsets, dense].flatMap((view) => (view ? [view.buffer as ArrayBuffer] : []));
}
