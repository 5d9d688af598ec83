import { randomUUID } from 'node:crypto';

/** Where one caller asks, and as whom. */
export interface Address {
  readonly url: string;
  readonly token: string;
}

/** What is given to the process that misbehaves: all of it is one district's. */
export interface Abuser {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly district: string;
  readonly databaseUrl: string;
  /** A run of the district that has ended. */
  readonly endedRun: string;
  /** A host and port that take what is sent and never answer. */
  readonly silentUrl: string;
}

/** Asks the API once. @returns the status, and the JSON of the answer */
export async function ask<T>(
  { url, token }: Address,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: T }> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      // Without it the same words of a moment would be one request.
      ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text.startsWith('{') ? JSON.parse(text) : {}) as T };
}
