/** Schemas of principals, their rights and tokens, and of the audit. */
import { z } from 'zod';
import { toolRights } from '../../domain/rights';
import { period } from '../../http/period';
import { count, level, pageQuery, setOf, time, timeOrder, typedName } from '../../http/schemas';

export const toolRight = z.enum(toolRights).meta({ id: 'ToolRight' });
const rights = z.array(toolRight);
const districts = z
  .array(z.string())
  .nullable()
  .meta({ description: 'ids of its districts; null, only at state level: all' });

const schools = z
  .array(z.string())
  .readonly()
  .nullable()
  .meta({ description: 'keys of the schools it is limited to; null: to none' });

export const self = z
  .object({ principalId: z.string(), name: z.string(), level, districts, rights, schools })
  .meta({ id: 'Self' });

export const signIn = z
  .object({
    token: z.boolean().meta({ description: 'by a token of ours' }),
    oidc: z
      .object({ name: z.string(), path: z.string() })
      .nullable()
      .meta({ description: 'by another issuer: where a browser goes to; null: not configured' }),
    whyNot: z.string().nullable().meta({ description: 'why nobody signs in over this connection' }),
  })
  .meta({ id: 'SignIn' });

export const newSession = z
  .union([
    z.strictObject({ token: z.string().min(1).max(200) }),
    z.strictObject({
      code: z.string().min(1).max(200).meta({ description: 'of a sign-in link; used up by it' }),
    }),
  ])
  .meta({ id: 'NewSession' });

export const session = z
  .object({
    principalId: z.string(),
    name: z.string(),
    level,
    rights,
    districts: z
      .array(z.object({ id: z.string(), number: z.int(), name: z.string() }))
      .meta({ description: 'those the caller may see' }),
    serverTime: time,
    csrf: z.string().nullable().meta({ description: 'for the header X-CSRF of writes; null with a token' }),
    endsAt: time.nullable().meta({ description: 'null with a token' }),
    signOutUrl: z.string().nullable().meta({
      description: 'where one signs out of the issuer that one signed in with, too; null: of none',
    }),
  })
  .meta({ id: 'Session' });

export const principal = z
  .object({
    principalId: z.string(),
    name: z.string(),
    level,
    districts,
    rights,
    schools,
    createdAt: time,
    disabledAt: time.nullable().meta({ description: 'since then its tokens are refused' }),
  })
  .meta({ id: 'Principal' });

export const newPrincipal = z
  .strictObject({
    name: typedName(100),
    level: level.default('district'),
    districts: setOf(z.array(z.string().max(64)).min(1).max(2_000))
      .nullable()
      .default(null),
    rights: setOf(rights.max(100)).optional().meta({
      description:
        'absent: all of the level but those to view, which those to run have in them, and selectiveSyncDelete; in a district without administration',
    }),
    schools: setOf(z.array(z.string().min(1).max(120)).min(1).max(200))
      .nullable()
      .default(null)
      .meta({
        description:
          'keys of schools of its one district, whose errors are then all that it sees; its only right is errorLog',
      }),
  })
  .meta({ id: 'NewPrincipal' });

export const token = z
  .object({
    tokenId: z.string(),
    label: z.string(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
    lastUsedAt: time.nullable(),
  })
  .meta({ id: 'Token' });

export const newToken = z
  .strictObject({
    label: typedName(100),
    expiresInDays: z.int().min(1).max(3_650).nullable().default(null),
  })
  .meta({ id: 'NewToken' });

export const madeToken = z
  .object({
    tokenId: z.string(),
    principalId: z.string(),
    token: z.string().meta({ description: 'shown this once; only its hash is stored' }),
  })
  .meta({ id: 'MadeToken' });

export const auditEvent = z
  .object({
    auditEventId: z.int(),
    happenedAt: time,
    principalId: z.string(),
    principalName: z.string(),
    level,
    districts,
    action: z.string().meta({ example: 'POST /resyncs/{id}/pause' }),
    target: z.string(),
    address: z.string().meta({ description: 'where it came from; local: the control database itself' }),
    status: z
      .int()
      .meta({ description: 'HTTP status of the answer; 0: it was begun, and nobody knows more' }),
    details: z.record(z.string(), z.unknown()),
    hash: z.string().meta({ description: 'SHA-256 of the event and of the hash before it' }),
  })
  .meta({ id: 'AuditEvent' });

export const auditQuery = z.strictObject({
  ...pageQuery,
  ...timeOrder,
  principal: z.string().max(64).optional(),
  ...period,
});

export const auditChain = z
  .object({
    events: count,
    head: z
      .string()
      .meta({ description: 'hash of the newest event: keep it elsewhere, and ask for it later' }),
    brokenAt: z.int().nullable().meta({ description: 'the first event that doesn’t follow the one before' }),
    hasExpected: z.boolean().nullable().meta({ description: 'whether `expect` is a hash of the chain' }),
    anchor: z
      .object({
        upToEventId: z.int(),
        hash: z.string().meta({ description: 'of that event: the next one follows it' }),
        events: count,
        anchoredAt: time,
      })
      .nullable()
      .meta({ description: 'events that were kept long enough and are gone; null: none' }),
  })
  .meta({ id: 'AuditChain' });
export const auditChainQuery = z.strictObject({ expect: z.string().max(64).optional() });

export const principalParams = z.object({ principal: z.string().max(64) });
export const rightParams = principalParams.extend({ tool: toolRight });
export const ownTokenParams = z.object({ token: z.string().max(64) });
export const tokenParams = principalParams.extend(ownTokenParams.shape);
