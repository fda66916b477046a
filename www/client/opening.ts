/**
 * Something that is opened by a word and must not be opened twice at a time: whoever asks by the same word shares it,
 * another word waits until the one before is settled, and what failed is tried anew.
 */
export class Opening<T> {
  #last: { word: string; opened: Promise<T> } | null = null;

  open(word: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last;
    if (before?.word === word) return before.opened;
    const opened = before === null ? work() : before.opened.then(work, work);
    const last = (this.#last = { word, opened });
    opened.catch(() => {
      if (this.#last === last) this.#last = null;
    });
    return opened;
  }
}
