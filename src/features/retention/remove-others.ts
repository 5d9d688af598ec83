/** Old rows that belong to no run. */
import { selectRows } from '../../control/database';
import type { RetainedKind } from '../../domain/retention';
import { type Removing, removeRows } from './remove-rows';
import type { Step } from './remove-runs';

/** Of which each is removed with what hangs on it. */
const ownersAtOnce = 200;

type OtherKind = Exclude<RetainedKind, 'errors' | 'marks' | 'ledger' | 'runs' | 'verifications' | 'audit'>;

/** Goes through what is old of a kind. @param before DATETIME(3) in UTC */
export function removeOthers(removing: Removing, kind: OtherKind, before: string): Promise<Step> {
  switch (kind) {
    case 'previews':
      return removePreviews(removing, before);
    case 'syncEvents':
      return removeOwned(removing, {
        owners: 'SELECT syncEventID AS id FROM syncEvent WHERE endedAt < ?',
        tables: [
          ['syncEventRecord', 'syncEventID'],
          ['syncEvent', 'syncEventID'],
        ],
        before,
      });
    case 'alerts':
      // An open task, with a date or of records that another district holds, is asked for; a
      // delivery that is under way has its text from the alert.
      return removeOwned(removing, {
        owners: `SELECT a.processAlertID AS id FROM processAlert a
          WHERE a.postedAt < ? AND (a.dueAt IS NULL OR a.closedAt IS NOT NULL)
            AND NOT (a.alertKey LIKE 'transfer:%' AND a.closedAt IS NULL)
            AND NOT EXISTS (SELECT 1 FROM noticeDelivery n
                             WHERE n.processAlertID = a.processAlertID AND n.status IN ('collected', 'pending'))`,
        tables: [
          ['noticeDelivery', 'processAlertID'],
          ['alertState', 'processAlertID'],
          ['processAlert', 'processAlertID'],
        ],
        before,
      });
    case 'deliveries':
      return removeWhole(
        removing,
        'noticeDelivery',
        "status NOT IN ('collected', 'pending') AND createdAt < ?",
        before,
      );
    case 'firings':
      return removeFirings(removing, before);
  }
}

/**
 * With what was asked in the same words, which nobody looks up after a moment, with where traces
 * began, and with what came of imports of districts.
 */
async function removePreviews(removing: Removing, before: string): Promise<Step> {
  await removeRows(removing, 'justAsked', 'askedAt < ?', [before]);
  await removeRows(removing, 'traceOrigin', 'storedAt < ?', [before]);
  const previews = await removeOwned(removing, {
    owners: 'SELECT previewID AS id FROM selectivePreview WHERE requestedAt < ?',
    tables: [
      ['resyncSelection', 'resyncID'],
      ['selectivePreview', 'previewID'],
    ],
    before,
  });
  const imports = await removeOwned(removing, {
    owners: 'SELECT importID AS id FROM districtImport WHERE endedAt < ?',
    tables: [
      ['districtImportLine', 'importID'],
      ['districtImport', 'importID'],
    ],
    before,
  });
  return { rows: previews.rows + imports.rows, after: previews.after ?? imports.after };
}

/** The newest of each schedule stays: it says what came of it last. */
async function removeFirings(removing: Removing, before: string): Promise<Step> {
  const { control } = removing;
  const passes = await removeRows(removing, 'retentionPass', 'startedAt < ?', [before]);
  const schedules = await selectRows<{ scheduleID: string; newest: string }>(
    control,
    'SELECT scheduleID, MAX(scheduledFor) AS newest FROM scheduleFiring GROUP BY scheduleID',
  );
  let rows = passes;
  for (const { scheduleID, newest } of schedules)
    rows += await removeRows(
      removing,
      'scheduleFiring',
      'scheduleID = ? AND scheduledFor < ? AND firedAt < ?',
      [scheduleID, newest, before],
    );
  return { rows, after: null };
}

async function removeWhole(
  removing: Removing,
  table: string,
  condition: string,
  before: string,
): Promise<Step> {
  return { rows: await removeRows(removing, table, condition, [before]), after: null };
}

/** The owners go last, so that a pass that broke off finds them again. */
async function removeOwned(
  removing: Removing,
  {
    owners,
    tables,
    before,
  }: {
    readonly owners: string;
    readonly tables: readonly (readonly [table: string, column: string])[];
    readonly before: string;
  },
): Promise<Step> {
  const ids = (
    await selectRows<{ id: string }>(removing.control, `${owners} ORDER BY id LIMIT ${ownersAtOnce}`, [
      before,
    ])
  ).map(({ id }) => id);
  if (ids.length === 0) return { rows: 0, after: null };
  let rows = 0;
  for (const [table, column] of tables) rows += await removeRows(removing, table, `${column} IN (?)`, [ids]);
  return { rows, after: ids.length < ownersAtOnce ? null : 'more' };
}
