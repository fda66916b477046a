import type { ModelInfo } from "../../client/index.ts";
import { failureOf } from "../lib/told.ts";

/** The model that is looked at, and the log that it is looked at on. */
interface Looked {
  readonly info: ModelInfo | null;
  readonly source: { readonly name: string } | null;
}

/** What is found out once for the model that is looked at; with another model it is not shown any more. */
export class Found<T> {
  readonly #model: Looked;
  readonly #find: () => Promise<T>;
  #found = $state.raw<{ of: ModelInfo; value: T } | null>(null);
  #failed = $state.raw<{ of: ModelInfo; message: string } | null>(null);
  busy = $state(false);
  /** The model it was sought for last. */
  #sought: ModelInfo | null = null;

  constructor(model: Looked, find: () => Promise<T>) {
    this.#model = model;
    this.#find = find;
  }

  get value(): T | null {
    const found = this.#found;
    return found !== null && found.of === this.#model.info ? found.value : null;
  }

  get failure(): string | null {
    const failed = this.#failed;
    return failed !== null && failed.of === this.#model.info ? failed.message : null;
  }

  /** Finds it for the model that is looked at, unless that was done or is under way; what failed is tried again. */
  async find(): Promise<void> {
    const of = this.#model.info;
    if (of === null || this.#sought === of) return;
    this.#sought = of;
    this.#failed = null;
    this.busy = true;
    try {
      const value = await this.#find();
      if (this.#sought === of) this.#end(() => (this.#found = { of, value }));
    } catch (error) {
      if (this.#sought !== of) return;
      this.#sought = null;
      this.#end(() => (this.#failed = { of, message: failureOf(error, this.#model.source?.name) }));
    }
  }

  #end(tell: () => void): void {
    tell();
    this.busy = false;
  }
}
