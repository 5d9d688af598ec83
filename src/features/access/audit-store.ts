/**
 * The audit: who did what to what, when and from where. Rows are only ever added; triggers refuse
 * anything else.
 */
import { clip } from '../../control/columns';
import type { Knex } from 'knex';
import type { Level, PrincipalScope } from '../../domain/rights';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { oneAtATime } from '../../control/under-limit';
import { type ChainedEvent, hashOf, headOfChain } from './audit-chain';
import { districtsOf, withinScope } from './principal-store';

/** What happened. Nothing in it may be a secret or a student's value. */
export interface NewAuditEvent {
  readonly who: PrincipalScope & { readonly principalId: string; readonly name: string };
  /**
   * The route, e.g. `POST /resyncs/{id}/pause`, or the command line's verb, e.g. `resync token
   * create`.
   */
  readonly action: string;
  /** The path with its ids, or the id of what was changed. */
  readonly target: string;
  /** IP address it came from; `local`: the control database itself. */
  readonly address: string;
  /** HTTP status of the answer; 200 for the command line. */
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An event as it is read. */
export interface AuditEvent {
  readonly auditEventId: number;
  readonly happenedAt: string;
  readonly principalId: string;
  readonly principalName: string;
  readonly level: Level;
  readonly districts: readonly string[] | null;
  readonly action: string;
  readonly target: string;
  readonly address: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Of the event and the one before it: see audit-chain.ts. */
  readonly hash: string;
}

interface AuditRow extends Omit<AuditEvent, 'auditEventId' | 'principalId' | 'districts' | 'details'> {
  readonly auditEventID: number;
  readonly principalID: string;
  readonly districts: string | null;
  readonly details: string;
}

/**
 * Adds one event to the chain, in whose order only one is added at a time.
 * @param intentId the note of it that is settled with it
 * @throws ControlError
 */
export async function recordAudit(
  control: Knex,
  { who, action, target, address, status, details }: NewAuditEvent,
  intentId: string | null = null,
): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, 'the chain of audit events');
    const [time] = await selectRows<{ now: string }>(transaction, 'SELECT UTC_TIMESTAMP(3) AS now');
    const event: ChainedEvent = {
      happenedAt: time!.now,
      principalID: who.principalId,
      principalName: clip(who.name, 128),
      level: who.level,
      districts: who.districts && JSON.stringify(who.districts),
      action: clip(action, 160),
      target: clip(target, 512),
      address: clip(address, 64),
      status,
      details: JSON.stringify(details),
    };
    const hash = hashOf(await headOfChain(transaction), event);
    await transaction('auditEvent').insert({ ...event, hash });
    if (intentId !== null) await transaction('auditIntent').where({ intentID: intentId }).delete();
  });
}

export interface AuditFilter extends TimePageFilter {
  /** Only what principals in the scope of this administrator did. */
  readonly within: PrincipalScope;
  readonly principalId?: string | undefined;
  /** Not before it. */
  readonly from?: Date | undefined;
  /** Before it. */
  readonly to?: Date | undefined;
}

/** Newest events among which those of a part of the districts are counted: no index finds them. */
const mostLookedThrough = 50_000;

/** Events, the newest first. @throws CursorError */
export async function listAudit(control: Knex, filter: AuditFilter): Promise<Page<AuditEvent>> {
  const { sql, values } = withinScope(filter.within);
  const query = control('auditEvent').select().whereRaw(sql, values);
  if (filter.principalId !== undefined) void query.where({ principalID: filter.principalId });
  if (filter.from) void query.where('happenedAt', '>=', toUtcText(filter.from));
  if (filter.to) void query.where('happenedAt', '<', toUtcText(filter.to));
  const countedAfter = sql === 'TRUE' ? null : await oldestCounted(control);
  const columns = { id: 'auditEventID', idIs: 'number', countedAfter } as const;
  const { items, ...rest } = await pageByTime<AuditRow>(control, query, columns, filter);
  return { items: items.map(toEvent), ...rest };
}

/** `null`: there are so few that all are counted. */
async function oldestCounted(control: Knex): Promise<number | null> {
  const [row] = await selectRows<{ id: number }>(
    control,
    'SELECT auditEventID AS id FROM auditEvent ORDER BY auditEventID DESC LIMIT 1 OFFSET ?',
    [mostLookedThrough],
  );
  return row?.id ?? null;
}

function toEvent({
  auditEventID,
  principalID,
  districts,
  happenedAt,
  details,
  ...row
}: AuditRow): AuditEvent {
  return {
    auditEventId: auditEventID,
    happenedAt: toIso(happenedAt),
    principalId: principalID,
    principalName: row.principalName,
    level: row.level,
    districts: districtsOf(districts),
    action: row.action,
    target: row.target,
    address: row.address,
    status: row.status,
    details: JSON.parse(details) as Record<string, unknown>,
    hash: row.hash,
  };
}

/** As a DATETIME(3) in UTC. */
function toUtcText(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '');
}
