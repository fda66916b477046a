// A worker that exists only in tests: what the page posts is noted, answers are given by hand.
export class FakeWorker {
  onmessage = null;
  onerror = null;
  onmessageerror = null;
  posted = [];
  terminated = false;

  postMessage(request) {
    this.posted.push(request);
    const answer = this.replies?.(request);
    if (answer !== undefined)
      queueMicrotask(() => this.answer(request.id, answer));
  }

  terminate() {
    this.terminated = true;
  }

  answer(id, result) {
    this.onmessage?.({
      data: { kind: "result", id, result, device: "test", ms: 1 },
    });
  }

  fail(id, kind, message) {
    this.onmessage?.({
      data: { kind: "failure", id, error: { kind, message } },
    });
  }

  last(op) {
    return this.posted.findLast((request) => request.op === op);
  }
}

/** A spawner whose workers open `device` at once and answer what `replies` gives; they are kept in `workers`. */
export function spawner(replies = () => undefined, device = "test") {
  const workers = [];
  const spawn = () => {
    const worker = new FakeWorker();
    worker.replies = (request) =>
      request.op === "open"
        ? { name: device, reason: "a test" }
        : replies(request, worker);
    workers.push(worker);
    return worker;
  };
  return { spawn, workers };
}

/** Lets everything that is ready happen. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
