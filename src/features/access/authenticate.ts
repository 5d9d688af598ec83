import type { RequestHandler } from 'express';
import type { Knex } from 'knex';
import { isOwnToken, verifyToken } from './token-store';
import type { Principal } from '../../domain/principal';
import { Problem } from '../../http/problem';

/** Tells who a token of another issuer belongs to; `null`: it is not to be believed. */
export type VerifyForeign = (token: string) => Promise<Principal | null>;

/**
 * Sets `response.locals.principal` from the Bearer token, or answers 401: one of our own tokens, or
 * where another issuer is configured one of its.
 * @param refused counts what is refused, and answers when it was too much: a good token of the same
 * address isn't asked about it
 */
export function authenticate(
  control: Knex,
  verifyForeign: VerifyForeign | null,
  refused: RequestHandler,
): RequestHandler {
  return async (request, response, next) => {
    // Node takes at most 16 kB of headers; a JWT longer than half of it is none of a person's.
    const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(request.headers.authorization ?? '') ?? [];
    const verify = (known: string) =>
      verifyForeign === null || isOwnToken(known) ? verifyToken(control, known) : verifyForeign(known);
    const principal = token === undefined ? null : await verify(token);
    if (!principal) {
      const known = token === undefined ? '' : ', error="invalid_token"';
      const problem = new Problem(
        401,
        token === undefined
          ? 'Send a token: "Authorization: Bearer rsk_…". "resync token create" makes one.'
          : 'The token is unknown, expired or revoked.',
        [],
        { 'WWW-Authenticate': `Bearer realm="resync"${known}` },
      );
      await refused(request, response, (error?: unknown) => next(error ?? problem));
      return;
    }
    response.locals['principal'] = principal;
    next();
  };
}
