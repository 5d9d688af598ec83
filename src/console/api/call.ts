import { type Query, withQuery } from '../parts/query';
import type { ProblemBody, Session } from './answers';
import type { AnswerTo, Method, PathOf } from './paths';

/** An answer that is no success. */
export class CallError extends Error {
  override readonly name = 'CallError';
  constructor(
    readonly status: number,
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
  }
}

let csrf: string | null = null;
let onSignedOut = (): void => {};

/** What was answered last, by path: asked for again, it comes only when it is another by now. */
const kept = new Map<string, { readonly etag: string; readonly body: unknown }>();
const mostKept = 60;

/** From now on writes carry this session's proof. */
export function rememberSession(session: Pick<Session, 'csrf'> | null): void {
  csrf = session?.csrf ?? null;
  kept.clear();
}

/** Called when the server says that the session is over. */
export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

interface CallOptions<M extends Method> {
  /** Absent: GET. */
  readonly method?: M;
  /** Empty words are left out. */
  readonly query?: Query;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Of a change that is refused when somebody has changed it since it was read. */
export const ifStill = (version: string) => ({ 'If-Match': `"${version}"` });

/** What a path answers with. @throws CallError; status 0: the server can't be reached */
export async function call<const P extends PathOf<M>, M extends Method = 'GET'>(
  path: P,
  options: CallOptions<M> = {},
): Promise<AnswerTo<M, P>> {
  return (await ask(withQuery(path, options.query ?? {}), options)) as AnswerTo<M, P>;
}

async function ask(
  path: string,
  { method: asked, body, headers = {}, signal }: CallOptions<Method>,
): Promise<unknown> {
  const method = asked ?? 'GET';
  const before = method === 'GET' ? kept.get(path) : undefined;
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      Accept: 'application/json',
      ...(body && { 'Content-Type': 'application/json' }),
      ...(before && { 'If-None-Match': before.etag }),
      ...(method !== 'GET' && csrf !== null && { 'X-CSRF': csrf }),
      ...headers,
    },
    body: body ? JSON.stringify(body) : null,
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new CallError(0, 'The server can’t be reached.', null);
  });
  if (before && answer.status === 304) return before.body;
  if (answer.ok) {
    const found: unknown = answer.status === 204 ? undefined : await answer.json();
    if (method === 'GET') keep(path, answer.headers.get('ETag'), found);
    return found;
  }
  const problem = (await answer.json().catch(() => null)) as ProblemBody | null;
  if (answer.status === 401 && path !== '/session') onSignedOut();
  const detail = problem?.detail ?? `The server answered ${answer.status}.`;
  throw new CallError(answer.status, detail, problem?.requestId ?? null);
}

function keep(path: string, etag: string | null, body: unknown): void {
  kept.delete(path);
  if (etag !== null) kept.set(path, { etag, body });
  // The one that was asked for least lately.
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
}
