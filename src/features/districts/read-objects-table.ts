import type { Knex } from 'knex';
import {
  type Color,
  type CountsView,
  colorWithoutExclusionsOf,
  type ObjectDoubt,
  type ObjectStatus,
  viewCounts,
} from '../../domain/outcome';
import { type CountRow, sumLedger, toCounts } from '../resyncs/ledger-sums';
import { selectRows, toIso } from '../../control/database';

/** An object's newest run. */
export interface LastRun {
  readonly resyncId: string;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly colorWithoutExclusions: Color;
  readonly counts: CountsView;
  /** Specification: "Last Resync". */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly message: string | null;
  /** Why a person has to look at it, whatever its records came to. */
  readonly doubt: ObjectDoubt | null;
  /** Records of the finished run before it; `null`: there is none. */
  readonly expected: number | null;
  /**
   * Errors of records that had none in the run before, and of that run that are gone; `null`: no
   * run before.
   */
  readonly sincePreviousRun: { readonly newErrors: number; readonly resolvedErrors: number } | null;
}

/** One row of the tool's table. */
export interface ObjectsTableRow {
  readonly object: string;
  readonly last: LastRun | null;
}

interface RunRow extends CountRow {
  readonly objectName: string;
  readonly resyncID: string;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly message: string | null;
  readonly expectedBlocked: number;
  readonly doubt: ObjectDoubt | null;
}

/** Which runs of which objects are looked at. */
interface ObjectRuns {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  readonly initiator?: 'district' | 'state' | null;
}

/**
 * The newest run of each object in a district and school year, and what is new since the run before
 * it. A run of chosen records says nothing of the object and isn't one of them.
 * @param initiator only runs of this initiator: a district doesn't see what the state's requests
 * found
 */
export async function readObjectsTable(
  control: Knex,
  { districtId, schoolYear, objects, initiator = null }: ObjectRuns,
): Promise<ObjectsTableRow[]> {
  if (objects.length === 0) return [];
  const runs = new Map<string, RunRow[]>();
  for (const run of await lastTwoRuns(control, { districtId, schoolYear, objects, initiator })) {
    runs.set(run.objectName, [...(runs.get(run.objectName) ?? []), run]);
  }
  const pairs = [...runs.values()].flatMap(([last, before]) => (last && before ? [{ last, before }] : []));
  const changes = await changesOf(control, pairs);
  const table: ObjectsTableRow[] = [];
  for (const object of objects) {
    const [last, before] = runs.get(object) ?? [];
    if (!last) table.push({ object, last: null });
    else table.push({ object, last: await toLastRun(control, last, before, changes.get(object) ?? null) });
  }
  return table;
}

/** Two steps of the index newest(districtID, objectName, schoolYear, startedAt) for each object. */
function lastTwoRuns(
  control: Knex,
  { districtId, schoolYear, objects, initiator }: ObjectRuns,
): Promise<RunRow[]> {
  const one = `(SELECT h.* FROM DISBatchHistory h ${initiator === null ? '' : 'JOIN resync r ON r.resyncID = h.resyncID AND r.initiator = ?'}
    WHERE h.districtID = ? AND h.objectName = ? AND h.schoolYear = ? AND h.startedAt IS NOT NULL AND h.selected IS NULL
    ORDER BY h.startedAt DESC, h.batchHistoryID DESC LIMIT 2)`;
  const head = initiator === null ? [] : [initiator];
  return selectRows<RunRow>(
    control,
    objects.map(() => one).join(' UNION ALL '),
    objects.flatMap((object) => [...head, districtId, object, schoolYear]),
  );
}

interface Change {
  readonly newErrors: number;
  readonly resolvedErrors: number;
}

/** Records with an error in one run and none in the other, by the unique key one_error. */
async function changesOf(
  control: Knex,
  pairs: readonly { last: RunRow; before: RunRow }[],
): Promise<Map<string, Change>> {
  const changes = new Map<string, Change>();
  if (pairs.length === 0) return changes;
  const onlyIn = `(SELECT COUNT(*) FROM recordError a LEFT JOIN recordError b
      ON b.resyncID = ? AND b.objectName = a.objectName AND b.recordKey = a.recordKey
    WHERE a.resyncID = ? AND a.objectName = ? AND b.recordErrorID IS NULL)`;
  const rows = await selectRows<{ objectName: string } & Change>(
    control,
    pairs
      .map(() => `SELECT ? AS objectName, ${onlyIn} AS newErrors, ${onlyIn} AS resolvedErrors`)
      .join(' UNION ALL '),
    pairs.flatMap(({ last, before }) => [
      last.objectName,
      ...[before.resyncID, last.resyncID, last.objectName],
      ...[last.resyncID, before.resyncID, last.objectName],
    ]),
  );
  for (const { objectName, newErrors, resolvedErrors } of rows)
    changes.set(objectName, { newErrors, resolvedErrors });
  return changes;
}

async function toLastRun(
  control: Knex,
  row: RunRow,
  before: RunRow | undefined,
  sincePreviousRun: Change | null,
): Promise<LastRun> {
  const { resyncID: resyncId, objectName, status } = row;
  const live =
    status === 'running'
      ? (await sumLedger(control, { resyncId, objects: [objectName] })).get(objectName)
      : undefined;
  const counts = live?.counts ?? toCounts(row);
  return {
    resyncId,
    status,
    color: row.color,
    colorWithoutExclusions: colorWithoutExclusionsOf(status, counts, row),
    counts: viewCounts(counts),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    message: row.message,
    doubt: row.doubt,
    expected: before?.status === 'finished' ? viewCounts(toCounts(before)).processed : null,
    sincePreviousRun,
  };
}
