/** What went wrong, for programs; the message is for people and fits on one line. */
export type ErrorKind =
  | "io"
  | "schema"
  | "data"
  | "model-file"
  | "config"
  | "device"
  | "training"
  | "cancelled"
  | "usage"
  | "crashed";

export class MidpgError extends Error {
  override readonly name = "MidpgError";
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** An error as plain data: some browsers cannot clone native errors between threads. */
export interface WireError {
  kind: ErrorKind;
  message: string;
}

const KINDS: ReadonlySet<string> = new Set<ErrorKind>([
  "io",
  "schema",
  "data",
  "model-file",
  "config",
  "device",
  "training",
  "cancelled",
  "usage",
  "crashed",
]);

/**
 * Reads any thrown value. What the wasm module throws on purpose carries a kind; anything else (a trap,
 * a failed assertion) has left its memory in an unknown state, which is what `crashed` means.
 */
export function toWire(thrown: unknown): WireError {
  if (thrown instanceof Error) {
    const kind = (thrown as { kind?: unknown }).kind;
    if (thrown.name === "MidpgError" && typeof kind === "string" && KINDS.has(kind)) {
      return { kind: kind as ErrorKind, message: firstLine(thrown.message) };
    }
    return { kind: "crashed", message: firstLine(`${thrown.name}: ${thrown.message}`) };
  }
  return { kind: "crashed", message: firstLine(String(thrown)) };
}

export function fromWire(error: WireError): MidpgError {
  return new MidpgError(error.kind, error.message);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] || "unknown error";
}
