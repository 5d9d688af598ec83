import { setTimeout as sleep } from 'node:timers/promises';

/** What the API answered, whatever it was. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const oneCallMs = 20_000;
const pauseMs = 250;

/** Calls to the API as a caller makes them who knows that it may be away. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** @returns null when there was no answer */
  async post(path: string, body?: unknown, key?: string): Promise<Answer | null> {
    try {
      const answer = await fetch(`${this.url}/api/v1${path}`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${this.token}`,
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(oneCallMs),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
    } catch {
      return null;
    }
  }

  /** The same until it is answered otherwise than by "later"; at most `withinMs`. */
  async postUntilAnswered(
    path: string,
    { body, key, withinMs }: { body?: unknown; key?: string; withinMs: number },
  ): Promise<Answer | null> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const answer = await this.post(path, body, key);
      if (answer !== null && answer.status < 500 && answer.status !== 429) return answer;
      if (Date.now() > deadline) return answer;
      await sleep(pauseMs);
    }
  }
}
