import { inTransaction, selectRows } from '../../control/database';
import { oneAtATime } from '../../control/under-limit';
import { recordAudit } from '../access/audit-store';
import { type Removing, removeRows } from './remove-rows';
import type { Step } from './remove-runs';

/** Whose doing it is, in the audit. */
const who = {
  principalId: 'service:retention',
  name: 'retention',
  level: 'state',
  districts: null,
  schools: null,
} as const;

/**
 * Removes audit events that are old enough. Before, an anchor takes the hash of the last of them,
 * which the next event follows; the audit says so itself, so that the chain holds the anchor, too.
 * @param before DATETIME(3) in UTC
 */
export async function removeAudit(removing: Removing, before: string): Promise<Step> {
  const { control } = removing;
  const anchored = await inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, 'the anchors of the audit');
    const [former] = await selectRows<{ upToEventID: number; events: number }>(
      transaction,
      'SELECT upToEventID, events FROM auditAnchor ORDER BY upToEventID DESC LIMIT 1',
    );
    const from = former?.upToEventID ?? 0;
    const [last] = await selectRows<{ id: number; hash: string; events: number }>(
      transaction,
      `SELECT e.auditEventID AS id, e.hash,
              (SELECT COUNT(*) FROM auditEvent o WHERE o.auditEventID BETWEEN :from + 1 AND e.auditEventID) AS events
         FROM auditEvent e
        WHERE e.auditEventID > :from AND e.happenedAt < :before AND NOT EXISTS (
          SELECT 1 FROM auditEvent o
           WHERE o.auditEventID > :from AND o.auditEventID <= e.auditEventID AND o.happenedAt >= :before)
        ORDER BY e.auditEventID DESC LIMIT 1`,
      { from, before },
    );
    if (!last) return null;
    const events = Number(last.events) + Number(former?.events ?? 0);
    await transaction('auditAnchor').insert({ upToEventID: last.id, hash: last.hash, events });
    return { upToEventId: last.id, hash: last.hash, events };
  });
  if (anchored !== null)
    await recordAudit(control, {
      ...{ who, action: 'retention', target: '/audit', address: 'service', status: 200 },
      details: anchored,
    });
  const rows = await removeRows(
    removing,
    'auditEvent',
    'auditEventID <= (SELECT upToEventID FROM (SELECT MAX(upToEventID) AS upToEventID FROM auditAnchor) a)',
    [],
  );
  return { rows, after: null };
}
