import type { Knex } from 'knex';
import { type IdentityCode, identityCodes } from '../../domain/identity-conflict';
import { parseRecordKey, type RecordKey } from '../../domain/record-error';
import { NotFoundError } from '../../control/control-error';
import { selectRows, toIso } from '../../control/database';

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

const selected = `SELECT e.recordErrorID AS conflictID, e.resyncID, r.districtID, r.schoolYear, r.initiator, e.objectName,
    e.recordKey, e.guid, e.code, e.parentKey, e.heldBy, i.recordErrorID IS NOT NULL AS resolved, e.createdAt
  FROM recordError e JOIN resync r ON r.resyncID = e.resyncID
    LEFT JOIN identityResolution i ON i.recordErrorID = e.recordErrorID`;

/** Which conflicts are looked for. */
interface ConflictFilter {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  /** Only of the district's own runs: what the state's found is not the district's to see. */
  readonly ownOnly: boolean;
  readonly after: number;
  readonly limit: number;
}

/**
 * Conflicts that the newest whole run of each object has found and nobody has resolved, in the
 * order of their ids.
 */
export async function listIdentityConflicts(
  control: Knex,
  { districtId, schoolYear, objects, ownOnly, after, limit }: ConflictFilter,
): Promise<IdentityConflict[]> {
  if (objects.length === 0) return [];
  const own = ownOnly ? "JOIN resync o ON o.resyncID = h.resyncID AND o.initiator = 'district'" : '';
  const newest = objects.map(
    () => `(SELECT h.resyncID, h.objectName FROM DISBatchHistory h ${own}
      WHERE h.districtID = ? AND h.objectName = ? AND h.schoolYear = ? AND h.status = 'finished' AND h.selected IS NULL
      ORDER BY h.startedAt DESC LIMIT 1)`,
  );
  const rows = await selectRows<Row>(
    control,
    `${selected} JOIN (${newest.join(' UNION ALL ')}) n
         ON n.resyncID = e.resyncID AND n.objectName = e.objectName
      WHERE e.code IN (?) AND i.recordErrorID IS NULL AND e.recordErrorID > ?
      ORDER BY e.recordErrorID LIMIT ?`,
    [...objects.flatMap((object) => [districtId, object, schoolYear]), [...identityCodes], after, limit],
  );
  return rows.map(toConflict);
}

/** @throws NotFoundError */
export async function readIdentityConflict(control: Knex, conflictId: number): Promise<IdentityConflict> {
  const [row] = await selectRows<Row>(control, `${selected} WHERE e.recordErrorID = ? AND e.code IN (?)`, [
    conflictId,
    [...identityCodes],
  ]);
  if (!row) throw NotFoundError.of('identity conflict');
  return toConflict(row);
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
