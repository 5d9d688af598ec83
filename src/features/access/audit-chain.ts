import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';

/** An event as its table holds it, but for its number and its hash. */
export interface ChainedEvent {
  readonly happenedAt: string;
  readonly principalID: string;
  readonly principalName: string;
  readonly level: string;
  readonly districts: string | null;
  readonly action: string;
  readonly target: string;
  readonly address: string;
  readonly status: number;
  readonly details: string;
}

/** What the first event follows. */
const beginning = '';

/**
 * SHA-256 of an event and of the hash before it: whoever changes, adds or takes out an event has to
 * make every later hash anew. JSON is hashed by what it says, which is all that a server keeps.
 */
export function hashOf(previous: string, event: ChainedEvent): string {
  const { happenedAt, principalID, principalName, level, districts, action, target, address } = event;
  const said = [
    ...[previous, happenedAt, principalID, principalName, level],
    ...[districts === null ? null : canonical(JSON.parse(districts)), action, target, address],
    ...[event.status, canonical(JSON.parse(event.details))],
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/** Properties in one order, whatever the order they were stored in. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, one]) => [name, canonical(one)]);
}

/** The newest event's hash. */
export async function headOfChain(control: Knex): Promise<string> {
  const [row] = await selectRows<{ hash: string }>(
    control,
    'SELECT hash FROM auditEvent ORDER BY auditEventID DESC LIMIT 1',
  );
  return row?.hash ?? (await newestAnchor(control))?.hash ?? beginning;
}

/** What stands for the events that were kept long enough and are gone. */
export interface AuditAnchor {
  /** This event and all before it. */
  readonly upToEventId: number;
  /** Its hash, which the next event follows. */
  readonly hash: string;
  /** How many there were. */
  readonly events: number;
  readonly anchoredAt: string;
}

async function newestAnchor(control: Knex): Promise<AuditAnchor | null> {
  const [row] = await selectRows<{ upToEventID: number; hash: string; events: number; anchoredAt: string }>(
    control,
    'SELECT * FROM auditAnchor ORDER BY upToEventID DESC LIMIT 1',
  );
  if (!row) return null;
  const { upToEventID: upToEventId, hash, events } = row;
  return { upToEventId, hash, events: Number(events), anchoredAt: toIso(row.anchoredAt) };
}

async function isAnchored(control: Knex, hash: string): Promise<boolean> {
  const rows = await selectRows(control, 'SELECT 1 FROM auditAnchor WHERE hash = ? LIMIT 1', [hash]);
  return rows.length > 0;
}

/** What a look through the whole chain has found. */
export interface ChainReport {
  readonly events: number;
  /** Hash of the newest event: kept elsewhere, it shows later that nothing before was changed. */
  readonly head: string;
  /** The first event that doesn't follow the one before it; `null`: all do. */
  readonly brokenAt: number | null;
  /** Whether the hash that was asked for is one of the chain's; `null`: none was. */
  readonly hasExpected: boolean | null;
  /** What it begins with; `null`: no event was removed yet. */
  readonly anchor: AuditAnchor | null;
}

const eventsAtOnce = 2_000;

/**
 * Reads every event after the newest anchor and makes its hash anew.
 * @param expected a head that was kept elsewhere
 */
export async function verifyChain(control: Knex, expected: string | null): Promise<ChainReport> {
  const anchor = await newestAnchor(control);
  let [events, head, after] = [0, anchor?.hash ?? beginning, anchor?.upToEventId ?? 0];
  let brokenAt: number | null = null;
  let hasExpected =
    expected === null ? null : expected === beginning || (await isAnchored(control, expected));
  for (;;) {
    const rows = await selectRows<ChainedEvent & { auditEventID: number; hash: string }>(
      control,
      'SELECT * FROM auditEvent WHERE auditEventID > ? ORDER BY auditEventID LIMIT ?',
      [after, eventsAtOnce],
    );
    for (const { auditEventID, hash, ...event } of rows) {
      if (brokenAt === null && hashOf(head, event) !== hash) brokenAt = auditEventID;
      if (hash === expected) hasExpected = true;
      head = hash;
    }
    events += rows.length;
    after = rows.at(-1)?.auditEventID ?? after;
    if (rows.length < eventsAtOnce) return { events, head, brokenAt, hasExpected, anchor };
  }
}
