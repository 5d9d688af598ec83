import type { Knex } from 'knex';
import { type IdentityCode, identityCodes } from '../../domain/identity-conflict';
import { parseRecordKey, type RecordKey } from '../../domain/record-error';
import { NotFoundError } from '../../control/control-error';
import { selectRows, toIso } from '../../control/database';
import {
  decodeCursor,
  maxPageRows,
  mostCounted,
  type Page,
  type PageFilter,
  toPage,
} from '../../control/page';

/** A record whose identity no longer goes together, as a run has found it. */
export interface IdentityConflict {
  readonly conflictId: number;
  readonly resyncId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly initiator: 'district' | 'state';
  readonly object: string;
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly code: IdentityCode;
  /** Of RENUMBERED: the key that the state has it under. */
  readonly formerKey: RecordKey | null;
  /** Of HELD_BY_DISTRICT: the tenant that has it; for the state only. */
  readonly heldBy: string | null;
  readonly resolved: boolean;
  readonly seenAt: string;
}

interface Row {
  readonly conflictID: number;
  readonly resyncID: string;
  readonly districtID: string;
  readonly schoolYear: number;
  readonly initiator: 'district' | 'state';
  readonly objectName: string;
  readonly recordKey: string;
  readonly guid: string | null;
  readonly code: IdentityCode;
  readonly parentKey: string | null;
  readonly heldBy: string | null;
  readonly resolved: number;
  readonly createdAt: string;
}

const columns = `e.recordErrorID AS conflictID, e.resyncID, r.districtID, r.schoolYear, r.initiator, e.objectName,
    e.recordKey, e.guid, e.code, e.parentKey, e.heldBy, i.recordErrorID IS NOT NULL AS resolved, e.createdAt`;
const tables = `recordError e JOIN resync r ON r.resyncID = e.resyncID
    LEFT JOIN identityResolution i ON i.recordErrorID = e.recordErrorID`;

/** Which conflicts are looked for. */
interface ConflictFilter {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  /** Only of the district's own runs: what the state's found is not the district's to see. */
  readonly ownOnly: boolean;
  /** Only of these schools; `null`: of all and of none. */
  readonly schools: readonly string[] | null;
}

/** Conflicts that can be listed and counted. */
interface Conflicts {
  /** From FROM on. */
  readonly sql: string;
  readonly bindings: readonly unknown[];
}

/**
 * Conflicts that the newest whole run of each object has found and nobody has resolved, with those
 * whose record this district holds and another sends: the other end of the same task. The first
 * page has how many there are.
 * @param held `null`: of these nothing is the caller's to see
 * @throws CursorError
 */
export async function listIdentityConflicts(
  control: Knex,
  filter: ConflictFilter & { readonly held: readonly string[] | null },
  { limit: asked = 100, cursor }: PageFilter,
): Promise<Page<{ readonly side: 'sender' | 'holder'; readonly conflict: IdentityConflict }>> {
  const limit = Math.min(asked, maxPageRows);
  const after = cursor === undefined ? 0 : (decodeCursor(cursor, ['number'])[0] as number);
  const sides = [
    ...(filter.objects.length === 0 ? [] : [{ side: 'sender' as const, found: sentConflicts(filter) }]),
    ...(filter.held === null ? [] : [{ side: 'holder' as const, found: heldConflicts(filter, filter.held) }]),
  ];
  const rows = await Promise.all(
    sides.map(async ({ side, found }) =>
      (await read(control, found, { after, limit: limit + 1 })).map((conflict) => ({ side, conflict })),
    ),
  );
  const merged = rows.flat().sort((a, b) => a.conflict.conflictId - b.conflict.conflictId);
  const page = toPage(merged, limit, ({ conflict }) => [conflict.conflictId]);
  if (cursor !== undefined) return page;
  const counts = await Promise.all(sides.map(({ found }) => count(control, found)));
  const total = counts.reduce((sum, of) => sum + of, 0);
  return { ...page, total: Math.min(total, mostCounted), totalCapped: total > mostCounted };
}

async function read(
  control: Knex,
  { sql, bindings }: Conflicts,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<IdentityConflict[]> {
  const rows = await selectRows<Row>(
    control,
    `SELECT ${columns} ${sql} AND e.recordErrorID > ? ORDER BY e.recordErrorID LIMIT ?`,
    [...bindings, after, limit],
  );
  return rows.map(toConflict);
}

async function count(control: Knex, { sql, bindings }: Conflicts): Promise<number> {
  const [row] = await selectRows<{ found: number }>(
    control,
    `SELECT COUNT(*) AS found FROM (SELECT 1 ${sql} LIMIT ?) some`,
    [...bindings, mostCounted + 1],
  );
  return Number(row!.found);
}

function sentConflicts({ districtId, schoolYear, objects, ownOnly, schools }: ConflictFilter): Conflicts {
  const own = ownOnly ? "JOIN resync o ON o.resyncID = h.resyncID AND o.initiator = 'district'" : '';
  const newest = objects.map(
    () => `(SELECT h.resyncID, h.objectName FROM DISBatchHistory h ${own}
      WHERE h.districtID = ? AND h.objectName = ? AND h.schoolYear = ? AND h.status = 'finished' AND h.selected IS NULL
      ORDER BY h.startedAt DESC LIMIT 1)`,
  );
  return {
    sql: `FROM ${tables} JOIN (${newest.join(' UNION ALL ')}) n
         ON n.resyncID = e.resyncID AND n.objectName = e.objectName
      WHERE e.code IN (?) AND i.recordErrorID IS NULL ${schools === null ? '' : 'AND e.school IN (?)'}`,
    bindings: [
      ...objects.flatMap((object) => [districtId, object, schoolYear]),
      [...identityCodes],
      ...(schools === null ? [] : [schools.length === 0 ? [''] : [...schools]]),
    ],
  };
}

/** Found by the newest whole run of the object at the district that sends it. */
function heldConflicts({ schoolYear, ownOnly }: ConflictFilter, tenants: readonly string[]): Conflicts {
  return {
    sql: `FROM ${tables} JOIN DISBatchHistory h ON h.resyncID = e.resyncID AND h.objectName = e.objectName
      WHERE e.heldBy IN (?) AND e.code = 'HELD_BY_DISTRICT' AND i.recordErrorID IS NULL
        AND r.schoolYear = ? ${ownOnly ? "AND r.initiator = 'district'" : ''}
        AND h.status = 'finished' AND h.selected IS NULL AND NOT EXISTS (
          SELECT 1 FROM DISBatchHistory n ${ownOnly ? "JOIN resync o ON o.resyncID = n.resyncID AND o.initiator = 'district'" : ''}
           WHERE n.districtID = h.districtID AND n.objectName = h.objectName AND n.schoolYear = h.schoolYear
             AND n.status = 'finished' AND n.selected IS NULL AND n.startedAt > h.startedAt)`,
    bindings: [[...tenants], schoolYear],
  };
}

/** @throws NotFoundError */
export async function readIdentityConflict(control: Knex, conflictId: number): Promise<IdentityConflict> {
  const [row] = await selectRows<Row>(
    control,
    `SELECT ${columns} FROM ${tables} WHERE e.recordErrorID = ? AND e.code IN (?)`,
    [conflictId, [...identityCodes]],
  );
  if (!row) throw NotFoundError.of('identity conflict');
  return toConflict(row);
}

/** Whether a run's records of an object that a tenant holds are not all resolved. */
export async function isHeldStill(
  control: Knex,
  { resyncId, object, heldBy }: { resyncId: string; object: string; heldBy: string },
): Promise<boolean> {
  const [row] = await selectRows(
    control,
    `SELECT 1 FROM recordError e FORCE INDEX (identity)
       LEFT JOIN identityResolution i ON i.recordErrorID = e.recordErrorID
      WHERE e.resyncID = ? AND e.code = 'HELD_BY_DISTRICT' AND e.objectName = ? AND e.heldBy = ?
        AND i.recordErrorID IS NULL LIMIT 1`,
    [resyncId, object, heldBy],
  );
  return row !== undefined;
}

/** How many records of a run each other district holds, by object. */
export function readHeldElsewhere(
  control: Knex,
  resyncId: string,
): Promise<{ objectName: string; heldBy: string; records: number }[]> {
  return selectRows(
    control,
    `SELECT objectName, heldBy, COUNT(*) AS records FROM recordError FORCE INDEX (identity)
      WHERE resyncID = ? AND code = 'HELD_BY_DISTRICT' AND heldBy IS NOT NULL GROUP BY objectName, heldBy`,
    [resyncId],
  );
}

function toConflict(row: Row): IdentityConflict {
  return {
    conflictId: row.conflictID,
    resyncId: row.resyncID,
    districtId: row.districtID,
    schoolYear: row.schoolYear,
    initiator: row.initiator,
    object: row.objectName,
    key: parseRecordKey(row.recordKey),
    guid: row.guid,
    code: row.code,
    formerKey: row.code !== 'RENUMBERED' || row.parentKey === null ? null : parseRecordKey(row.parentKey),
    heldBy: row.heldBy,
    resolved: Boolean(row.resolved),
    seenAt: toIso(row.createdAt),
  };
}
