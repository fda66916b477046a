// The worker that owns the wasm. It answers requests; it starts nothing on its own.
import { MidpgError, toWire } from "./error.ts";
import { transferable, type Request, type Response } from "./protocol.ts";
import { Runtime } from "./runtime.ts";

/** The worker's side of the border (the DOM's types describe `self` as a window). */
interface Port {
  onmessage: ((message: MessageEvent<Request>) => void) | null;
  postMessage(message: Response, transfer: Transferable[]): void;
}

const port = self as unknown as Port;
const runtime = new Runtime((progress) => port.postMessage({ kind: "progress", progress }, []));

port.onmessage = ({ data: request }) => void answer(request);

/** A table that came as a file, read. */
async function read<T extends object>(asked: T): Promise<T> {
  if (!("csv" in asked && asked.csv instanceof Blob)) return asked;
  try {
    return { ...asked, csv: new Uint8Array(await asked.csv.arrayBuffer()) };
  } catch (error) {
    const why = (error as Error).message;
    throw new MidpgError("io", `the file cannot be read, open it again: ${why}`);
  }
}

async function answer(request: Request): Promise<void> {
  const { id, op, ...asked } = request;
  const start = performance.now();
  try {
    const handler = runtime.handlers[op] as (take: unknown) => Promise<unknown>;
    const result = await handler(await read(asked));
    const ms = performance.now() - start;
    port.postMessage(
      { kind: "result", id, result, device: runtime.device, ms },
      transferable(result),
    );
  } catch (thrown) {
    port.postMessage({ kind: "failure", id, error: toWire(thrown) }, []);
  }
}
