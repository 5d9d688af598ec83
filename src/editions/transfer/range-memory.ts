import { UniformFailures } from './uniform-failures';

/** What a range remembers from page to page. */
export class RangeMemory {
  /** A page had blocked records: parents are looked up before writing from now on. */
  blockedSeen: boolean;
  /** It was looked at whether most of its object would be updated, and it would not. */
  mayUpdate = false;
  /** Parents within the cycle must be there already: nothing verifies the cycle after this. */
  readonly strict: boolean;
  private uniform = new UniformFailures();

  constructor({ blockedSeen, strict = false }: { readonly blockedSeen: boolean; readonly strict?: boolean }) {
    this.blockedSeen = blockedSeen;
    this.strict = strict;
  }

  get failures(): UniformFailures {
    return this.uniform;
  }

  /**
   * What one try of a page starts from: a repeated transaction knows only what earlier pages had
   * shown.
   */
  attempt(): RangeMemory {
    const attempt = new RangeMemory(this);
    attempt.uniform = this.uniform.copy();
    return attempt;
  }

  /** Remembers what a try has shown. */
  learn(attempt: RangeMemory): void {
    this.uniform = attempt.uniform;
    this.blockedSeen = attempt.blockedSeen;
  }
}
