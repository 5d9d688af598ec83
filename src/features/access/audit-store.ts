/**
 * The audit: who did what to what, when and from where. Rows are only ever added; triggers refuse
 * anything else.
 */
import { clip } from '../../control/columns';
import type { Knex } from 'knex';
import type { Level, PrincipalScope } from '../../domain/rights';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
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

export interface AuditFilter {
  /** Only what principals in the scope of this administrator did. */
  readonly within: PrincipalScope;
  readonly principalId?: string | undefined;
  /** Not before it. */
  readonly from?: Date | undefined;
  /** Before it. */
  readonly to?: Date | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Events, the newest first. @throws CursorError */
export async function listAudit(control: Knex, filter: AuditFilter): Promise<Page<AuditEvent>> {
  const limit = Math.min(filter.limit ?? 50, maxPageRows);
  const { sql, values } = withinScope(filter.within);
  const where = [sql];
  const add = (condition: string, value: string | number): void => {
    where.push(condition);
    values.push(value);
  };
  if (filter.principalId !== undefined) add('principalID = ?', filter.principalId);
  if (filter.from) add('happenedAt >= ?', toUtcText(filter.from));
  if (filter.to) add('happenedAt < ?', toUtcText(filter.to));
  if (filter.cursor !== undefined) {
    const [before] = decodeCursor(filter.cursor, ['number']) as [number];
    add('auditEventID < ?', before);
  }
  const rows = await selectRows<AuditRow>(
    control,
    `SELECT * FROM auditEvent WHERE ${where.join(' AND ')} ORDER BY auditEventID DESC LIMIT ?`,
    [...values, limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.auditEventID]);
  return { items: page.items.map(toEvent), nextCursor: page.nextCursor };
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
