import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import { type Color, type CountsView, type ObjectStatus, viewCounts } from '../../domain/outcome';
import type { Initiator, ResyncStatus } from '../../domain/resync';
import { type CountRow, toCounts } from '../resyncs/ledger-sums';

/** Which resyncs are looked at. */
interface MatrixQuestion {
  readonly districtId: string;
  readonly schoolYear: number;
  /** Only resyncs of this initiator; `null`: all. */
  readonly initiator: Initiator | null;
  readonly runs: number;
}

interface RunRow {
  readonly resyncID: string;
  readonly requestedAt: string;
  readonly color: Color;
  readonly status: ResyncStatus;
}

interface ObjectRow extends CountRow {
  readonly resyncID: string;
  readonly objectName: string;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly message: string | null;
}

/** What one resync did with an object. */
interface Cell {
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly processed: number;
  readonly errors: number;
}

/** The newest resyncs of whole objects, and what each did with each object. */
export async function readMatrix(
  control: Knex,
  { districtId, schoolYear, initiator, runs }: MatrixQuestion,
): Promise<{
  readonly runs: readonly {
    readonly resyncId: string;
    readonly requestedAt: string;
    readonly color: Color;
    readonly status: string;
  }[];
  readonly cells: ReadonlyMap<string, readonly (Cell | null)[]>;
}> {
  const query = control('resync').where({ districtID: districtId, schoolYear }).whereNull('selection');
  if (initiator !== null) void query.where({ initiator });
  const found: readonly RunRow[] = await query
    .orderBy([
      { column: 'requestedAt', order: 'desc' },
      { column: 'resyncID', order: 'desc' },
    ])
    .limit(runs)
    .select('resyncID', 'requestedAt', 'color', 'status');
  const ids = found.map(({ resyncID }) => resyncID);
  const cells = new Map<string, (Cell | null)[]>();
  const rows: readonly ObjectRow[] =
    ids.length === 0 ? [] : await control<ObjectRow>('DISBatchHistory').whereIn('resyncID', ids);
  for (const row of rows) {
    const line = cells.get(row.objectName) ?? ids.map(() => null);
    const { processed, errors } = viewCounts(toCounts(row));
    line[ids.indexOf(row.resyncID)] = { status: row.status, color: row.color, processed, errors };
    cells.set(row.objectName, line);
  }
  return {
    runs: found.map(({ resyncID, requestedAt, color, status }) => ({
      ...{ resyncId: resyncID, color, status },
      requestedAt: toIso(requestedAt),
    })),
    cells,
  };
}

/** An object's resyncs as a whole, newest first. */
export async function readObjectRuns(
  control: Knex,
  { districtId, schoolYear, initiator, runs, object }: MatrixQuestion & { readonly object: string },
): Promise<
  {
    readonly resyncId: string;
    readonly status: ObjectStatus;
    readonly color: Color;
    readonly counts: CountsView;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
    readonly message: string | null;
  }[]
> {
  const own = initiator === null ? '' : 'JOIN resync r ON r.resyncID = h.resyncID AND r.initiator = ?';
  const rows = await selectRows<ObjectRow>(
    control,
    `SELECT h.* FROM DISBatchHistory h ${own}
      WHERE h.districtID = ? AND h.objectName = ? AND h.schoolYear = ? AND h.startedAt IS NOT NULL AND h.selected IS NULL
      ORDER BY h.startedAt DESC, h.batchHistoryID DESC LIMIT ?`,
    [...(initiator === null ? [] : [initiator]), districtId, object, schoolYear, runs],
  );
  return rows.map((row) => ({
    resyncId: row.resyncID,
    status: row.status,
    color: row.color,
    counts: viewCounts(toCounts(row)),
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    message: row.message,
  }));
}
