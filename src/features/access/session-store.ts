/**
 * Sessions of the web console: a token's owner without the token in each request, and one-use codes
 * that open one.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { now } from '../../control/columns';
import type { Principal } from '../../domain/principal';
import { readTokenOwner, verifyToken } from './token-store';

/** Whose browser it is, and until when at most. */
export interface Session {
  readonly principal: Principal;
  /** Another issuer has said who it is. */
  readonly foreign: boolean;
  /** ISO 8601. */
  readonly endsAt: string;
}

/** Minutes without a request after which a session is over. */
const idleMinutes = 60;
/** Hours after which it is over however busy it was. */
const longestHours = 8;
/** Minutes in which a sign-in code can be used. */
const codeMinutes = 5;
/** Last use is written at most so often, as that of tokens. */
const seenStepSeconds = 60;

const secretShape = /^[A-Za-z0-9_-]{43}$/;

/**
 * Opens a session of whom the token belongs to; who it is and what it may do is asked of the token
 * at each request.
 * @returns the secret for the cookie, 256 random bits of which only the hash is stored; `null` when
 * the token can't be used
 */
export async function openSession(
  control: Knex,
  token: string,
): Promise<(Session & { readonly secret: string }) | null> {
  const principal = await verifyToken(control, token);
  return principal === null ? null : insertSession(control, { tokenID: principal.tokenId });
}

/**
 * Opens a session of somebody another issuer vouches for, which ends with what it said: until then
 * it can't be asked again.
 * @param expiresAt seconds since 1970
 */
export function openForeignSession(
  control: Knex,
  principal: Principal,
  expiresAt: number,
): Promise<Session & { readonly secret: string }> {
  return insertSession(control, { foreignPrincipal: JSON.stringify(principal) }, expiresAt);
}

async function insertSession(
  control: Knex,
  of: { readonly tokenID: string } | { readonly foreignPrincipal: string },
  expiresAt?: number,
): Promise<Session & { readonly secret: string }> {
  const secret = randomBytes(32).toString('base64url');
  await control('consoleSession').where('endsAt', '<', now(control)).delete();
  await control('consoleSession').insert({
    sessionHash: sha256(secret),
    ...of,
    createdAt: now(control),
    lastSeenAt: now(control),
    endsAt: control.raw(
      'LEAST(UTC_TIMESTAMP(3) + INTERVAL ? HOUR, COALESCE(TIMESTAMPADD(SECOND, ?, "1970-01-01"), "9999-01-01"))',
      [longestHours, expiresAt ?? null],
    ),
  });
  const session = await readSession(control, secret);
  if (session === null) throw new Error('A session that was just opened is not there.');
  return { ...session, secret };
}

/**
 * @returns whose session it is, with the rights of this moment; `null` for one that is unknown,
 * idle for too long or over, or whose token or principal can't be used any more
 */
export async function readSession(control: Knex, secret: string): Promise<Session | null> {
  if (!secretShape.test(secret)) return null;
  const hash = sha256(secret);
  const [row] = await selectRows<{
    tokenID: string | null;
    foreignPrincipal: string | null;
    endsAt: string;
  }>(
    control,
    `SELECT tokenID, foreignPrincipal, endsAt FROM consoleSession
      WHERE sessionHash = ? AND endsAt > UTC_TIMESTAMP(3)
        AND lastSeenAt > UTC_TIMESTAMP(3) - INTERVAL ? MINUTE`,
    [hash, idleMinutes],
  );
  if (!row) return null;
  const { foreignPrincipal: told } = row;
  const principal =
    told === null ? await readTokenOwner(control, row.tokenID!) : (JSON.parse(told) as Principal);
  if (principal === null) return null;
  await control.raw(
    `UPDATE consoleSession SET lastSeenAt = UTC_TIMESTAMP(3)
      WHERE sessionHash = ? AND lastSeenAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND`,
    [hash, seenStepSeconds],
  );
  return { principal, foreign: told !== null, endsAt: toIso(row.endsAt) };
}

/** From now on the session is refused. */
export async function endSession(control: Knex, secret: string): Promise<void> {
  await control('consoleSession')
    .where({ sessionHash: sha256(secret) })
    .delete();
}

/**
 * Makes a code that opens one session of the token's owner within five minutes: what a sign-in link
 * carries, so that no token stands in an address.
 */
export async function makeSignInCode(control: Knex, tokenId: string): Promise<string> {
  const code = randomBytes(32).toString('base64url');
  await control('signInCode').where('expiresAt', '<', now(control)).delete();
  await control('signInCode').insert({
    codeHash: sha256(code),
    tokenID: tokenId,
    expiresAt: control.raw('UTC_TIMESTAMP(3) + INTERVAL ? MINUTE', [codeMinutes]),
  });
  return code;
}

/**
 * openSession by a code, which is used up by it.
 * @returns `null` for a code that is unknown, used or too old
 */
export async function openSessionByCode(
  control: Knex,
  code: string,
): Promise<(Session & { readonly secret: string }) | null> {
  if (!secretShape.test(code)) return null;
  const tokenId = await inTransaction(control, async (transaction) => {
    const known = { codeHash: sha256(code) };
    const [row] = await selectRows<{ tokenID: string }>(
      transaction,
      'SELECT tokenID FROM signInCode WHERE codeHash = ? AND expiresAt > UTC_TIMESTAMP(3) FOR UPDATE',
      [known.codeHash],
    );
    await transaction('signInCode').where(known).delete();
    return row?.tokenID ?? null;
  });
  const principal = tokenId === null ? null : await readTokenOwner(control, tokenId);
  return principal === null ? null : insertSession(control, { tokenID: principal.tokenId });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
