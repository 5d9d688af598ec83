import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { type ToolRight, toolRights } from '../domain/rights';
import { selectRows, toIso } from './database';

/** `district`: sees and does only what belongs to its districts. `state`: all, or the districts named. */
export type TokenLevel = 'district' | 'state';

/** Who a request comes from. */
export interface Principal {
  /** Stays the same over a principal's tokens: what is kept for a person hangs on it. */
  readonly principalId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly level: TokenLevel;
  /** Ids of its districts; `null` (only at state level): all. */
  readonly districts: readonly string[] | null;
  readonly rights: readonly ToolRight[];
}

export interface TokenView extends Principal {
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

interface TokenRow {
  readonly tokenID: string;
  readonly secretHash: string;
  readonly name: string;
  readonly level: TokenLevel;
  readonly districts: string | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

const shape = /^rsk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
/** last used is a hint for people: written at most once a minute, not at every request. */
const lastUsedStepSeconds = 60;

/**
 * Makes a token and stores the SHA-256 of its secret. 256 random bits need no salt nor a slow hash.
 * @returns the token `rsk_<id>_<secret>`, which is shown once and can't be read again
 * @throws RangeError when a district token names no district
 */
export async function createToken(
  control: Knex,
  {
    name,
    level,
    districts = null,
    expiresInDays = null,
  }: {
    name: string;
    level: TokenLevel;
    districts?: readonly string[] | null;
    expiresInDays?: number | null;
  },
): Promise<{ token: string; tokenId: string }> {
  if (level === 'district' && !districts?.length)
    throw new RangeError('A district token names its districts.');
  const tokenId = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await control('apiToken').insert({
    tokenID: tokenId,
    secretHash: sha256(secret),
    name,
    level,
    districts: districts && JSON.stringify(districts),
    expiresAt:
      expiresInDays === null
        ? null
        : control.raw('UTC_TIMESTAMP(3) + INTERVAL ? SECOND', [Math.round(expiresInDays * 86_400)]),
  });
  return { token: `rsk_${tokenId}_${secret}`, tokenId };
}

/**
 * @returns who the token belongs to; `null` for one that is malformed, unknown, expired or revoked. The work is the same
 * for an unknown id and a wrong secret.
 */
export async function verifyToken(control: Knex, token: string): Promise<Principal | null> {
  const [, tokenId, secret] = shape.exec(token) ?? [];
  if (tokenId === undefined || secret === undefined) return null;
  const [row] = await selectRows<TokenRow & { usable: number }>(
    control,
    `SELECT *, revokedAt IS NULL AND (expiresAt IS NULL OR expiresAt > UTC_TIMESTAMP(3)) AS usable
       FROM apiToken WHERE tokenID = ?`,
    [tokenId],
  );
  const expected = Buffer.from(row?.secretHash ?? sha256(''), 'hex');
  const matches = timingSafeEqual(expected, Buffer.from(sha256(secret), 'hex'));
  if (!row || !matches || row.usable === 0) return null;
  await control.raw(
    `UPDATE apiToken SET lastUsedAt = UTC_TIMESTAMP(3)
      WHERE tokenID = ? AND (lastUsedAt IS NULL OR lastUsedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND)`,
    [tokenId, lastUsedStepSeconds],
  );
  return toPrincipal(row);
}

/** All tokens, without secrets, the newest first; at most 500. */
export async function listTokens(control: Knex): Promise<TokenView[]> {
  const rows = await selectRows<TokenRow>(
    control,
    'SELECT * FROM apiToken ORDER BY createdAt DESC, tokenID LIMIT 500',
  );
  return rows.map((row) => ({
    ...toPrincipal(row),
    createdAt: toIso(row.createdAt),
    expiresAt: toIso(row.expiresAt),
    revokedAt: toIso(row.revokedAt),
    lastUsedAt: toIso(row.lastUsedAt),
  }));
}

/** From now on the token is refused. @returns false when there is no such token, or it was revoked before */
export async function revokeToken(control: Knex, tokenId: string): Promise<boolean> {
  const revoked = await control('apiToken')
    .where({ tokenID: tokenId, revokedAt: null })
    .update({ revokedAt: control.raw('UTC_TIMESTAMP(3)') });
  return revoked > 0;
}

function toPrincipal(row: TokenRow): Principal {
  return {
    principalId: row.tokenID,
    tokenId: row.tokenID,
    name: row.name,
    level: row.level,
    districts: row.districts === null ? null : (JSON.parse(row.districts) as string[]),
    rights: toolRights,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
