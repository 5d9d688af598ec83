import type { Knex } from 'knex';
import type { KeyRange } from '../../domain/range';
import { type ErrorOutcome, parseRecordKey, type RecordKey } from '../../domain/record-error';
import { selectRows } from '../../control/database';

/** How many records of each object are chosen for a run. */
export async function countSelected(control: Knex, resyncId: string): Promise<Map<string, number>> {
  const rows = await selectRows<{ objectName: string; records: number }>(
    control,
    'SELECT objectName, COUNT(*) AS records FROM resyncSelection WHERE resyncID = ? GROUP BY objectName',
    [resyncId],
  );
  return new Map(rows.map(({ objectName, records }) => [objectName, records]));
}

/**
 * Cuts the records chosen of an object into ranges of `rangeRecords`, in the order of the keys'
 * text, which is that of the primary key and means nothing else.
 * @returns at least one range; a single unbounded one when few or none are chosen
 */
export async function cutSelected(
  control: Knex,
  { resyncId, object, rangeRecords }: { resyncId: string; object: string; rangeRecords: number },
): Promise<KeyRange[]> {
  const ranges: KeyRange[] = [];
  let after: string | null = null;
  for (;;) {
    const [row]: { recordKey: string }[] = await selectRows<{ recordKey: string }>(
      control,
      `SELECT recordKey FROM resyncSelection
        WHERE resyncID = ? AND objectName = ? AND recordKey > ? ORDER BY recordKey LIMIT ?, 1`,
      [resyncId, object, after ?? '', rangeRecords - 1],
    );
    const range = { rangeNo: ranges.length, after: toKey(after) };
    if (row === undefined) return [...ranges, { ...range, upTo: null }];
    ranges.push({ ...range, upTo: parseRecordKey(row.recordKey) });
    after = row.recordKey;
  }
}

function toKey(text: string | null): RecordKey | null {
  return text === null ? null : parseRecordKey(text);
}

/** Which stored errors are sent again. */
export interface RetriedErrors {
  readonly outcomes: readonly ErrorOutcome[];
  /** Of these objects only, with these codes only. Absent: whatever they are. */
  readonly objects?: readonly string[] | undefined;
  readonly codes?: readonly string[] | undefined;
}

/** How many of these errors a resync stored, by object. */
export async function countErrors(
  control: Knex,
  { resyncId, ...which }: RetriedErrors & { readonly resyncId: string },
): Promise<Map<string, number>> {
  const counts = await countErrorsOf(control, { resyncIds: [resyncId], ...which });
  return counts.get(resyncId) ?? new Map<string, number>();
}

/** The same of many resyncs; one without such errors is left out. */
export async function countErrorsOf(
  control: Knex,
  { resyncIds, outcomes, objects, codes }: RetriedErrors & { readonly resyncIds: readonly string[] },
): Promise<Map<string, Map<string, number>>> {
  const counts = new Map<string, Map<string, number>>();
  if (resyncIds.length === 0) return counts;
  const rows = await selectRows<{ resyncID: string; objectName: string; errors: number }>(
    control,
    `SELECT resyncID, objectName, COUNT(*) AS errors FROM recordError
      WHERE resyncID IN (:resyncIds) AND outcome IN (:outcomes)
        ${objects === undefined ? '' : 'AND objectName IN (:objects)'}
        ${codes === undefined ? '' : 'AND code IN (:codes)'}
      GROUP BY resyncID, objectName`,
    { resyncIds, outcomes, ...(objects && { objects }), ...(codes && { codes }) },
  );
  for (const { resyncID, objectName, errors } of rows)
    counts.set(resyncID, (counts.get(resyncID) ?? new Map<string, number>()).set(objectName, errors));
  return counts;
}
