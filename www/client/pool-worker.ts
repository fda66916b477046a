// One worker of a scorer pool: a scorer of its own from the pool's compiled wasm, and answers one after the other.
import { toWire } from "./error.ts";
import type { Answer, Task } from "./pool-protocol.ts";
import init, { Scorer } from "./score.ts";

/** The worker's side of the border (the DOM's types describe `self` as a window). */
interface Port {
  onmessage: ((message: MessageEvent<Task>) => void) | null;
  postMessage(message: Answer, transfer: ArrayBuffer[]): void;
}

const port = self as unknown as Port;
let scorer: Scorer | undefined;

port.onmessage = ({ data }) => {
  void work(data)
    .catch((thrown: unknown): Answer => ({ kind: "failure", error: toWire(thrown) }))
    .then((answer) => {
      const moved = answer.kind === "scores" ? [answer.scores.buffer as ArrayBuffer] : [];
      port.postMessage(answer, moved);
    });
};

async function work(task: Task): Promise<Answer> {
  if (task.op === "open") {
    await init(task.module);
    scorer = Scorer.load(task.model);
    const { method, schema, scenarios, columns, fields } = scorer;
    return { kind: "ready", info: { method, schema, scenarios, columns, fields } };
  }
  // The pool asks only after it has heard `ready`.
  if (!scorer) throw new Error("asked before it was opened");
  if (task.op === "ids") return { kind: "scores", scores: scorer.scoreIds(task.rows) };
  const rows = scorer.encodeCells(task.cells);
  try {
    return { kind: "scores", scores: scorer.score(rows) };
  } finally {
    rows.free();
  }
}
