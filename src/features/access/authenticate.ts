import type { RequestHandler } from 'express';
import type { Knex } from 'knex';
import { isOwnToken, verifyToken } from './token-store';
import type { Principal } from '../../domain/principal';
import { Problem } from '../../http/problem';
import { refuseForgery, sessionSecretOf } from './session-cookie';
import { readSession } from './session-store';

/** Tells who a token of another issuer belongs to; `null`: it is not to be believed. */
export type VerifyForeign = (token: string) => Promise<Principal | null>;

/** What a request by cookie leaves in `response.locals.session`. */
export interface BrowserSession {
  readonly secret: string;
  readonly endsAt: string;
  /** Another issuer has said who it is. */
  readonly foreign: boolean;
}

/** `response.locals.asksNow`: who asks, looked up anew; `null`: nobody any more. */
export type AsksNow = () => Promise<Principal | null>;

/**
 * Sets `response.locals.principal` from the Bearer token or from the console's cookie, or answers
 * 401. A token is one of our own, or where another issuer is configured one of its. A write by
 * cookie has to come from a page of ours.
 * @param refused counts what is refused, and answers when it was too much: a good token of the same
 * address isn't asked about it
 */
export function authenticate(
  control: Knex,
  verifyForeign: VerifyForeign | null,
  refused: RequestHandler,
): RequestHandler {
  const ownerOf = (token: string): Promise<Principal | null> =>
    verifyForeign === null || isOwnToken(token) ? verifyToken(control, token) : verifyForeign(token);
  return async (request, response, next) => {
    const { authorization } = request.headers;
    const secret = sessionSecretOf(request);
    if (authorization !== undefined && secret !== null)
      throw new Problem(400, 'Send a token or the cookie of a session, not both.');
    // Node takes at most 16 kB of headers; a JWT longer than half of it is none of a person's.
    const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization ?? '') ?? [];
    const whoAsks = async () => {
      const session = secret === null ? null : await readSession(control, secret);
      const principal = session?.principal ?? (token === undefined ? null : await ownerOf(token));
      return { session, principal };
    };
    const { session, principal } = await whoAsks();
    if (!principal) {
      const problem = notAuthenticated(secret !== null, token !== undefined);
      await refused(request, response, (error?: unknown) => next(error ?? problem));
      return;
    }
    if (session && secret !== null) {
      if (!/^(GET|HEAD)$/.test(request.method)) refuseForgery(request, secret);
      response.locals['session'] = {
        secret,
        endsAt: session.endsAt,
        foreign: session.foreign,
      } satisfies BrowserSession;
    }
    response.locals['principal'] = principal;
    const asksNow: AsksNow = async () => (await whoAsks()).principal;
    response.locals['asksNow'] = asksNow;
    next();
  };
}

function notAuthenticated(withCookie: boolean, withToken: boolean): Problem {
  const detail = withCookie
    ? 'The session is over: sign in again.'
    : withToken
      ? 'The token is unknown, expired or revoked.'
      : 'Send a token: "Authorization: Bearer rsk_…". "resync token create" makes one.';
  const known = withToken ? ', error="invalid_token"' : '';
  return new Problem(401, detail, [], { 'WWW-Authenticate': `Bearer realm="resync"${known}` });
}
