import { now } from '../../control/columns';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Knex } from 'knex';
import { type Level, rightsByDefault, type ToolRight } from '../../domain/rights';
import type { Principal } from '../../domain/principal';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { ConflictError } from '../../control/control-error';
import { oneAtATime } from '../../control/under-limit';
import { createPrincipal, districtsOf, type PrincipalRow, rightsColumn, rightsOf } from './principal-store';

export interface TokenView extends Principal {
  /** What the token is for; `name` is the principal's. */
  readonly label: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

/** A token beside its principal's columns. */
interface TokenRow extends PrincipalRow {
  readonly tokenID: string;
  readonly secretHash: string;
  readonly label: string;
  readonly tokenCreatedAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly usable: number;
}

const shape = /^rsk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
/** last used is a hint for people: written at most once a minute, not at every request. */
const lastUsedStepSeconds = 60;

const selectTokens = `
  SELECT p.*, ${rightsColumn}, t.tokenID, t.secretHash, t.name AS label, t.createdAt AS tokenCreatedAt,
         t.expiresAt, t.revokedAt, t.lastUsedAt,
         t.revokedAt IS NULL AND p.disabledAt IS NULL
           AND (t.expiresAt IS NULL OR t.expiresAt > UTC_TIMESTAMP(3)) AS usable
    FROM apiToken t JOIN principal p ON p.principalID = t.principalID`;

/** Does the text look like one of our tokens, and not like another issuer's? */
export function isOwnToken(token: string): boolean {
  return token.startsWith('rsk_');
}

/** A token of a principal that is there (`principalId`), or of a new one. */
export type NewToken = {
  readonly name: string;
  readonly expiresInDays?: number | null;
} & (
  | { readonly principalId: string }
  | {
      readonly level: Level;
      readonly districts?: readonly string[] | null;
      /** Default: rightsByDefault of the level. */
      readonly rights?: readonly ToolRight[];
      /** Stored texts of the schools it is limited to. */
      readonly schools?: readonly string[] | null;
      /** Who grants them; default: the command line of this machine. */
      readonly by?: string;
    }
);

/**
 * Makes a token, and a principal unless one is named; stores the SHA-256 of its secret. 256 random
 * bits need no salt nor a slow hash.
 * @returns the token `rsk_<id>_<secret>`, which is shown once and can't be read again
 * @throws RangeError when a district's principal names no district or gets a right of the state
 */
export async function createToken(
  control: Knex,
  token: NewToken,
): Promise<{ token: string; tokenId: string; principalId: string }> {
  const { name, expiresInDays = null } = token;
  const principalId =
    'principalId' in token
      ? token.principalId
      : await createPrincipal(control, {
          name,
          level: token.level,
          districts: token.districts ?? null,
          rights: token.rights ?? rightsByDefault(token.level),
          schools: token.schools ?? null,
          by: token.by ?? 'local',
        });
  const tokenId = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await control('apiToken').insert({
    tokenID: tokenId,
    secretHash: sha256(secret),
    principalID: principalId,
    name,
    expiresAt:
      expiresInDays === null
        ? null
        : control.raw('UTC_TIMESTAMP(3) + INTERVAL ? SECOND', [Math.round(expiresInDays * 86_400)]),
  });
  return { token: `rsk_${tokenId}_${secret}`, tokenId, principalId };
}

/** Most tokens of one principal that can be used. */
const maxTokens = 20;

/**
 * As createToken, for a principal that is there.
 * @throws ConflictError when it has as many as it may
 */
export async function addToken(
  control: Knex,
  token: { readonly principalId: string; readonly name: string; readonly expiresInDays: number | null },
): ReturnType<typeof createToken> {
  return inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, `tokens of ${token.principalId}`);
    const usable = (await listTokens(transaction, token)).filter(
      ({ revokedAt, expiresAt }) =>
        revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now()),
    );
    if (usable.length >= maxTokens)
      throw new ConflictError(`A principal has at most ${maxTokens} usable tokens: revoke one first.`);
    return createToken(transaction, token);
  });
}

/**
 * @returns who the token belongs to; `null` for one that is malformed, unknown, expired or revoked,
 * or whose principal is disabled. The work is the same for an unknown id and a wrong secret.
 */
export async function verifyToken(control: Knex, token: string): Promise<Principal | null> {
  const [, tokenId, secret] = shape.exec(token) ?? [];
  if (tokenId === undefined || secret === undefined) return null;
  const [row] = await selectRows<TokenRow>(control, `${selectTokens} WHERE t.tokenID = ?`, [tokenId]);
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

/**
 * @returns who a token belongs to, by its id, with the rights of this moment; `null` when it can't
 * be used any more
 */
export async function readTokenOwner(control: Knex, tokenId: string): Promise<Principal | null> {
  const [row] = await selectRows<TokenRow>(control, `${selectTokens} WHERE t.tokenID = ?`, [tokenId]);
  return row === undefined || row.usable === 0 ? null : toPrincipal(row);
}

/** All tokens, or one principal's, without secrets, the newest first; at most 500. */
export async function listTokens(
  control: Knex,
  { principalId }: { principalId?: string } = {},
): Promise<TokenView[]> {
  const rows = await selectRows<TokenRow>(
    control,
    `${selectTokens} ${principalId === undefined ? '' : 'WHERE t.principalID = ?'}
      ORDER BY t.createdAt DESC, t.tokenID LIMIT 500`,
    principalId === undefined ? [] : [principalId],
  );
  return rows.map((row) => ({
    ...toPrincipal(row),
    label: row.label,
    createdAt: toIso(row.tokenCreatedAt),
    expiresAt: toIso(row.expiresAt),
    revokedAt: toIso(row.revokedAt),
    lastUsedAt: toIso(row.lastUsedAt),
  }));
}

/**
 * From now on the token is refused.
 * @param principalId only if it is this principal's
 * @returns false when there is no such token, or it was revoked before
 */
export async function revokeToken(control: Knex, tokenId: string, principalId?: string): Promise<boolean> {
  const revoked = await control('apiToken')
    .where({
      tokenID: tokenId,
      revokedAt: null,
      ...(principalId === undefined ? {} : { principalID: principalId }),
    })
    .update({ revokedAt: now(control) });
  return revoked > 0;
}

function toPrincipal(row: TokenRow): Principal {
  return {
    principalId: row.principalID,
    tokenId: row.tokenID,
    name: row.name,
    level: row.level,
    districts: districtsOf(row.districts),
    rights: rightsOf(row),
    schools: districtsOf(row.schools),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
