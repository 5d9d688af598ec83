import type { RequestHandler } from 'express';
import type { Knex } from 'knex';
import type { Config, DistrictConfig } from '../config';
import { type ResyncHead, readResyncHead } from '../control/read-resync';
import { isOwnToken, type Principal, verifyToken } from '../control/tokens';
import type { ToolRight } from '../domain/rights';
import { notFound, Problem } from './problem';

/** Tells who a token of another issuer belongs to; `null`: it is not to be believed. */
export type VerifyForeign = (token: string) => Promise<Principal | null>;

/**
 * Sets `response.locals.principal` from the Bearer token, or answers 401: one of our own tokens, or where another issuer
 * is configured one of its.
 */
export function authenticate(control: Knex, verifyForeign: VerifyForeign | null): RequestHandler {
  return async (request, response, next) => {
    // Node takes at most 16 kB of headers; a JWT longer than half of it is none of a person's.
    const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(request.headers.authorization ?? '') ?? [];
    const verify = (known: string) =>
      verifyForeign === null || isOwnToken(known) ? verifyToken(control, known) : verifyForeign(known);
    const principal = token === undefined ? null : await verify(token);
    if (!principal) {
      const known = token === undefined ? '' : ', error="invalid_token"';
      throw new Problem(
        401,
        token === undefined
          ? 'Send a token: "Authorization: Bearer rsk_…". "resync token create" makes one.'
          : 'The token is unknown, expired or revoked.',
        [],
        { 'WWW-Authenticate': `Bearer realm="resync"${known}` },
      );
    }
    response.locals['principal'] = principal;
    next();
  };
}

/** @throws Problem 403 naming the right */
export function requireToolRight(principal: Principal, right: ToolRight): void {
  if (principal.rights.includes(right)) return;
  throw new Problem(403, `This needs the tool right ${right}, which ${principal.name} doesn’t have.`);
}

/** May the caller see this district at all? */
export function sees(principal: Principal, districtId: string): boolean {
  return principal.districts === null
    ? principal.level === 'state'
    : principal.districts.includes(districtId);
}

/** @throws Problem 404, the same for an unknown district and for another's */
export function requireDistrict(config: Config, principal: Principal, districtId: string): DistrictConfig {
  const district = config.districts.find(({ id }) => id === districtId);
  if (!district || !sees(principal, districtId)) throw notFound();
  return district;
}

/** A state's request is not the district's to see into nor to stop (seed: districts can't deny it). */
export function seesInside(principal: Principal, head: Pick<ResyncHead, 'initiator'>): boolean {
  return principal.level === 'state' || head.initiator === 'district';
}

/** @throws Problem 404 for an unknown resync and for another district's */
export async function requireVisible(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await readResyncHead(control, resyncId);
  if (!sees(principal, head.districtId)) throw notFound();
  return head;
}

/** requireVisible, and its objects and errors are the caller's to see. @throws Problem 404 */
export async function requireInside(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await requireVisible(control, principal, resyncId);
  if (!seesInside(principal, head)) throw notFound();
  return head;
}
