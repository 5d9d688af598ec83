import { clip } from '../../control/columns';
import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Principal } from '../../domain/principal';
import { effectiveRights, type Level, rightsOfSchools } from '../../domain/rights';
import { storedSchool } from '../../domain/school-key';
import type { OidcConfig } from '../../config/oidc';

type ClaimMap = OidcConfig['claims'];

/**
 * Who a verified JWT is, as the configuration maps its claims. Nothing is given that no claim says:
 * without a known level it is a district's principal, without districts it sees none, without
 * rights it may nothing. Only at state level does an absent districts claim mean all.
 * @param payload with a `sub`
 */
export function principalOfClaims(payload: JWTPayload & { readonly sub: string }, map: ClaimMap): Principal {
  const level = levelOf(payload, map.level);
  const principalId = idOf(payload.sub);
  const name = claimOf(payload, map.name);
  const districts = districtsOf(payload, map.districts, level);
  const rights = effectiveRights(level, rightsOf(payload, map.rights));
  const schools = schoolsOf(payload, map.schools);
  // Of several districts, or of all, a school's key alone says nothing.
  const limited = level === 'district' && districts?.length === 1 ? rightsOfSchools : [];
  return {
    principalId,
    tokenId: principalId,
    name: clip(typeof name === 'string' && name !== '' ? name : payload.sub, 128),
    level,
    districts,
    rights: schools === null ? rights : rights.filter((right) => limited.includes(right)),
    schools,
  };
}

/** `oidc:` and the subject; a long one by its hash, because ids have at most 64 characters. */
function idOf(subject: string): string {
  if (subject.length <= 59) return `oidc:${subject}`;
  return `oidc:${createHash('sha256').update(subject).digest('base64url')}`;
}

function levelOf(payload: JWTPayload, { claim, values }: ClaimMap['level']): Level {
  const meant = valuesOf(claimOf(payload, claim)).map((value) => lookUp(values, value));
  return meant.includes('state') ? 'state' : 'district';
}

function districtsOf(
  payload: JWTPayload,
  { claim, values }: ClaimMap['districts'],
  level: Level,
): readonly string[] | null {
  const said = claimOf(payload, claim);
  if (said === undefined) return level === 'state' ? null : [];
  return valuesOf(said).flatMap((value) => (values ? (lookUp(values, value) ?? []) : value));
}

function schoolsOf(payload: JWTPayload, claim: string): readonly string[] | null {
  const said = claimOf(payload, claim);
  return said === undefined ? null : valuesOf(said).map(storedSchool);
}

function rightsOf(payload: JWTPayload, { claim, values }: ClaimMap['rights']): readonly string[] {
  return valuesOf(claimOf(payload, claim)).flatMap((value) =>
    values ? (lookUp(values, value) ?? []) : value,
  );
}

/**
 * A claim by its name; where there is none of that name, by dots into others (Keycloak:
 * realm_access.roles).
 */
function claimOf(payload: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let at: unknown = payload;
  for (const part of name.split('.')) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

/** A list as it is; a text as one value and, as scopes are written, as those between its blanks. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'number') return [String(claim)];
  if (typeof claim === 'string') return [...new Set([claim, ...claim.split(/\s+/)])].filter((v) => v !== '');
  if (!Array.isArray(claim)) return [];
  return claim.filter((v) => typeof v === 'string' || typeof v === 'number').map(String);
}

/** Not by the prototype: a claim may say "constructor". */
function lookUp<V>(values: Readonly<Record<string, V>>, value: string): V | undefined {
  return Object.hasOwn(values, value) ? values[value] : undefined;
}
