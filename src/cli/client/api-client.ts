import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, environmentValue } from '../../config';
import type { Items, Page } from './answers';
import { CommandFailure, type ExitCode, exitCodes } from './exit-codes';
import { tell } from './terminal';
import { whileWaiting } from './while-following';
import { findConfig } from '../local/find-config';

/** Longest wait for an answer; starting a resync may take Temporal some seconds. */
const timeoutMs = 30_000;

export interface ApiAddress {
  /** e.g. http://127.0.0.1:8080, without the path. */
  readonly url: string;
  readonly token: string | null;
}

/** The JSON of a problem answer, as far as the command line tells it. */
interface ProblemBody {
  readonly detail?: string;
  readonly errors?: readonly { detail: string; pointer?: string; parameter?: string; header?: string }[];
}

/** The API refused: carries the exit code that fits the status. */
class ApiRefusal extends CommandFailure {
  constructor(
    readonly status: number,
    body: ProblemBody,
  ) {
    const places = (body.errors ?? []).map(
      ({ detail, ...at }) => `\n  ${Object.values(at)[0] ?? ''} ${detail}`,
    );
    super(`${body.detail ?? `The API answered ${status}.`}${places.join('')}`, codeOf(status));
  }
}

/**
 * Where the API is and with which token: the option, RESYNC_API_URL and RESYNC_TOKEN (or
 * RESYNC_TOKEN_FILE), then what
 * `npm start` wrote to the stack's folder (api.json, token), then the configuration, then port
 * 8080.
 * @param dir the stack's folder
 */
export function findApi({
  api,
  dir,
  env = process.env,
}: {
  api?: string | undefined;
  dir: string;
  env?: NodeJS.ProcessEnv;
}): ApiAddress {
  const tokenFile = join(dir, 'token');
  const token = tokenOf(env) ?? (existsSync(tokenFile) ? readFileSync(tokenFile, 'utf8').trim() : null);
  const url = api ?? env['RESYNC_API_URL'] ?? urlOfStack(dir) ?? urlOfConfig(env);
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new CommandFailure(
      'The address of the API (--api, RESYNC_API_URL) is no URL, as http://127.0.0.1:8080 is.',
      exitCodes.usage,
    );
  return { url: url.replace(/\/+$/, '').replace(/\/api\/v1$/, ''), token };
}

/** RESYNC_TOKEN, or what the file of RESYNC_TOKEN_FILE holds. */
function tokenOf(env: NodeJS.ProcessEnv): string | undefined {
  try {
    return environmentValue(env, 'RESYNC_TOKEN');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(error.message, exitCodes.usage);
  }
}

function urlOfStack(dir: string): string | null {
  try {
    const { url } = JSON.parse(readFileSync(join(dir, 'api.json'), 'utf8')) as { url?: string };
    return url ?? null;
  } catch {
    return null;
  }
}

function urlOfConfig(env: NodeJS.ProcessEnv): string {
  try {
    const { host, port } = findConfig(env).api;
    return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return 'http://127.0.0.1:8080';
  }
}

/** Fields of a query; what is `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The API gives at most this many items of a list at once. */
const pageItems = 500;
/** How often an end is asked for. */
const askEveryMs = 1_000;

/** Calls to the API; every failure is a CommandFailure with its exit code. */
export class ApiClient {
  constructor(readonly address: ApiAddress) {}

  /** @param path below /api/v1, e.g. /districts */
  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.call<T>('GET', withQuery(path, query));
  }

  /**
   * @param path below /api/v1
   * @param idempotencyKey the same key gives the first answer back
   */
  post<T>(
    path: string,
    body?: unknown,
    { idempotencyKey }: { readonly idempotencyKey?: string | undefined } = {},
  ): Promise<T> {
    const headers = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey };
    return this.call<T>('POST', path, body, headers);
  }

  /** Items of a list, page by page. @returns as many as `limit`, and whether there are more */
  async collect<T>(
    path: string,
    query: Query,
    limit: number,
  ): Promise<{ readonly items: readonly T[]; readonly more: boolean }> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<T> = await this.get(path, {
        ...query,
        limit: Math.min(pageItems, limit - items.length),
        cursor: cursor ?? undefined,
      });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null && items.length < limit);
    return { items, more: cursor !== null };
  }

  /**
   * Asks until it has ended.
   * @param goesOn told by Ctrl-C: what goes on, and how to see what comes of it; `null`: who calls
   * tells it
   * @param line how far it is: told on standard error when it changes; `null`: nothing to tell
   */
  async waitFor<T>(
    path: string,
    {
      ended,
      goesOn,
      line = () => null,
      everyMs = askEveryMs,
    }: {
      readonly goesOn: string | null;
      readonly ended: (answer: T) => boolean;
      readonly line?: (answer: T) => string | null;
      readonly everyMs?: number;
    },
  ): Promise<T> {
    const ask = async (): Promise<T> => {
      let told: string | null = null;
      for (;;) {
        const answer = await this.get<T>(path);
        const text = line(answer);
        if (text !== null && text !== told) tell((told = text));
        if (ended(answer)) return answer;
        await sleep(everyMs);
      }
    };
    return goesOn === null ? ask() : whileWaiting(goesOn, ask);
  }

  /**
   * @param path below /api/v1
   * @param version of what was read: what somebody has changed since is left alone
   */
  put<T>(path: string, body?: unknown, version?: string): Promise<T> {
    return this.call<T>('PUT', path, body, version === undefined ? {} : { 'If-Match': `"${version}"` });
  }

  /** @param path below /api/v1 */
  delete<T>(path: string): Promise<T> {
    return this.call<T>('DELETE', path);
  }

  /** An answer that isn't JSON, as it is. @param path below /api/v1 */
  getText(path: string, query: Query = {}): Promise<string> {
    return this.send('GET', withQuery(path, query));
  }

  /** Headers that authenticate. */
  get headers(): Record<string, string> {
    const { token } = this.address;
    return token === null ? {} : { Authorization: `Bearer ${token}` };
  }

  /** Full address of a path below /api/v1. */
  urlOf(path: string): string {
    return `${this.address.url}/api/v1${path}`;
  }

  /**
   * The district named, or the only one the token sees. @throws CommandFailure usage when there are
   * several
   */
  async district(named: string | undefined): Promise<string> {
    if (named !== undefined) return named;
    const { items } = await this.get<Items<{ id: string }>>('/districts');
    const [only] = items;
    if (only && items.length === 1) return only.id;
    const ids = items.map(({ id }) => id).join(', ') || 'none';
    throw new CommandFailure(`Choose a district by --district (there are: ${ids}).`, exitCodes.usage);
  }

  private async call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    return jsonOf(await this.send(method, path, body, headers)) as T;
  }

  private async send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<string> {
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.urlOf(path), {
        method,
        headers: {
          ...this.headers,
          ...headers,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await answer.text();
    } catch {
      throw new CommandFailure(
        `The API does not answer at ${this.address.url}: is it running ("npm start")? --api or RESYNC_API_URL name another.`,
        exitCodes.unreachable,
      );
    }
    if (answer.status === 401 && this.address.token === null)
      throw new CommandFailure(
        'The API wants a token: put one into RESYNC_TOKEN (or a file of it into RESYNC_TOKEN_FILE). ' +
          '"resync token create" makes one.',
        exitCodes.refused,
      );
    if (!answer.ok) throw new ApiRefusal(answer.status, jsonOf(text) as ProblemBody);
    return text;
  }
}

function withQuery(path: string, query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? path : `${path}?${given.toString()}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}

/** The caller can correct 400 and 422; 5xx may pass. */
function codeOf(status: number): ExitCode {
  if (status === 400 || status === 413 || status === 415 || status === 422) return exitCodes.usage;
  return status >= 500 ? exitCodes.unreachable : exitCodes.refused;
}
