interface Read {
  readonly at: number;
  readonly answer: Promise<unknown>;
}

/**
 * What many feeds ask for in the same moment is read once for all of them: whoever asks again
 * within it gets the same answer.
 */
export class SharedReads {
  private readonly reads = new Map<string, Read>();

  /**
   * @param name of what is read, and how much of it: who sees less has another one
   * @param freshMs how old an answer may be
   */
  of<Answer>(name: string, freshMs: number, read: () => Promise<Answer>): Promise<Answer> {
    const known = this.reads.get(name);
    if (known && known.at + freshMs > performance.now()) return known.answer as Promise<Answer>;
    const answer = read();
    const mine: Read = { at: performance.now(), answer };
    this.reads.set(name, mine);
    // What failed is asked for again, and nothing is kept that nobody asks for.
    const forget = (): void => {
      if (this.reads.get(name) === mine) this.reads.delete(name);
    };
    answer.then(() => setTimeout(forget, freshMs).unref(), forget);
    return answer;
  }
}
