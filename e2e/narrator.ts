/**
 * Tells the story: each step says who does what, what the API answered, and whether that was
 * expected.
 */

/** Who speaks to the API, with a token. */
export interface Person {
  readonly name: string;
  readonly token: string;
}

export interface Step<T> {
  /** What the person does, e.g. "North starts its go-live resync". */
  readonly does: string;
  readonly as: Person;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below /api/v1. */
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  /**
   * What of the answer is told; throws Unexpected (`must`) where it isn't as expected. Default:
   * nothing but the status.
   */
  readonly tells?: (body: T) => string;
}

/** The story came otherwise than it is written. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

/** @throws Unexpected with `what` unless it holds */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Unexpected(what);
}

const longestWaitMs = 180_000;

/** Steps against one API; the first answer that isn't the expected one ends the story. */
export class Teller {
  constructor(
    private readonly url: string,
    private readonly print: (line: string) => void,
    private readonly count = { steps: 0 },
  ) {}

  get told(): number {
    return this.count.steps;
  }

  /** The same story, told of another API. */
  elsewhere(url: string): Teller {
    return new Teller(url, this.print, this.count);
  }

  chapter(title: string): void {
    this.print(`\n${title}\n${'─'.repeat(title.length)}`);
  }

  /**
   * A step that no call makes: something a person did in a database, or that the databases
   * themselves must show.
   */
  async also(does: string, work: () => Promise<string>): Promise<void> {
    this.count.steps += 1;
    let told: string;
    try {
      told = await work();
    } catch (error) {
      this.print(`✗ ${does}`);
      throw error;
    }
    this.print(`✓ ${does}${told === '' ? '' : `\n    ${told}`}`);
  }

  /** @throws Unexpected for another status or content */
  async step<T>({ does, as, method = 'GET', path, body, status, tells = () => '' }: Step<T>): Promise<T> {
    this.count.steps += 1;
    const answer = await this.call(as, method, path, body);
    const call = `${as.name}: ${method} ${path}`;
    const said = answer.text.slice(0, 600);
    if (answer.status !== status) {
      this.print(`✗ ${does}\n    ${call} → ${answer.status}, expected ${status}: ${said}`);
      throw new Unexpected(`${does}: ${answer.status} instead of ${status}`);
    }
    const parsed = answer.json as T;
    let told: string;
    try {
      told = tells(parsed);
    } catch (error) {
      this.print(`✗ ${does}\n    ${call} → ${answer.status}: ${said}`);
      throw error;
    }
    const detail = status >= 400 ? ((parsed as { detail?: string }).detail ?? '') : told;
    this.print(`✓ ${does}\n    ${call} → ${answer.status}${detail === '' ? '' : ` · ${detail}`}`);
    return parsed;
  }

  /**
   * Asks again and again until `done`; the step is told once. @throws Unexpected when it takes too
   * long
   */
  async until<T>(
    step: Omit<Step<T>, 'status' | 'body' | 'method'> & { done: (body: T) => boolean },
  ): Promise<T> {
    const deadline = Date.now() + longestWaitMs;
    for (;;) {
      const answer = await this.call(step.as, 'GET', step.path, undefined);
      if (answer.status === 200 && step.done(answer.json as T)) break;
      if (Date.now() > deadline) {
        this.print(`✗ ${step.does}\n    last answer ${answer.status}: ${answer.text.slice(0, 600)}`);
        throw new Unexpected(`${step.does}: not within ${longestWaitMs / 1000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    const { done: _, ...rest } = step;
    return this.step<T>({ ...rest, status: 200 });
  }

  private async call(as: Person, method: string, path: string, body: unknown) {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${as.token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {
      // A CSV report, or no body at all.
    }
    return { status: answer.status, text, json };
  }
}
