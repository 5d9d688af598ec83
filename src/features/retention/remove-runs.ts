/** Old runs: first what is known of their records, much later they themselves. */
import type { Knex } from 'knex';
import { now } from '../../control/columns';
import { selectRows } from '../../control/database';
import type { RetainedKind } from '../../domain/retention';
import { readKeptRuns } from './kept-runs';
import { type Removing, removeRows } from './remove-rows';

/** Runs looked at together. */
const runsAtOnce = 50;

/** What a pass went through, and where it goes on; `null`: it came to the end. */
export interface Step {
  readonly rows: number;
  readonly after: string | null;
}

interface OldRun {
  readonly resyncID: string;
  readonly districtID: string;
  readonly schoolYear: number;
  readonly endedAt: string;
}

type RunKind = Extract<RetainedKind, 'errors' | 'marks' | 'ledger' | 'runs'>;

/** Column of the run that says that it was done; `null`: the run itself goes. */
const doneColumns: Readonly<Record<RunKind, string | null>> = {
  errors: 'errorsRemovedAt',
  marks: 'marksRemovedAt',
  ledger: 'ledgerRemovedAt',
  runs: null,
};

const tablesOf: Readonly<Record<Exclude<RunKind, 'runs'>, readonly string[]>> = {
  errors: ['recordError', 'resyncCauses'],
  marks: ['recordMarks', 'removal'],
  ledger: ['rangeLedger', 'cycleInsertion', 'resyncSelection'],
};

/** A run is waited for, asked about, or has a task that is not done. */
const inUse = `
  EXISTS (SELECT 1 FROM districtLease l WHERE l.resyncID = r.resyncID)
  OR EXISTS (SELECT 1 FROM resyncAcceptance a WHERE a.resyncID = r.resyncID)
  OR EXISTS (SELECT 1 FROM scopedYearSwitch s WHERE s.resyncID = r.resyncID)
  OR EXISTS (SELECT 1 FROM resync o WHERE o.retryOf = r.resyncID AND o.endedAt IS NULL)
  OR EXISTS (SELECT 1 FROM removalObject o WHERE o.resyncID = r.resyncID AND o.decision = 'awaiting')
  OR EXISTS (SELECT 1 FROM stateRequestDistrict d JOIN stateRequest q ON q.stateRequestID = d.stateRequestID
              WHERE d.resyncID = r.resyncID AND q.endedAt IS NULL)
  OR EXISTS (SELECT 1 FROM districtAction a JOIN districtActionItem i ON i.districtActionID = a.districtActionID
              WHERE a.status = 'accepted' AND i.resyncID = r.resyncID)
  OR EXISTS (SELECT 1 FROM processAlert a
              WHERE a.resyncID = r.resyncID AND a.dueAt IS NOT NULL AND a.closedAt IS NULL)`;

/**
 * Goes through the next old runs, the oldest first, and removes what is of this kind, but for those
 * that are kept. Safe to repeat: a run is noted as done after its rows.
 * @param before DATETIME(3) in UTC: runs that ended before it
 */
export async function removeOfRuns(
  removing: Removing,
  kind: RunKind,
  { before, after }: { readonly before: string; readonly after: string | null },
): Promise<Step> {
  const { control, signal } = removing;
  const runs = await oldRuns(control, kind, { before, after });
  const kept = new Map<string, ReadonlySet<string>>();
  let rows = 0;
  for (const { resyncID, districtID: districtId, schoolYear } of runs) {
    signal.throwIfAborted();
    const year = `${districtId} ${schoolYear}`;
    const ofYear = kept.get(year) ?? (await readKeptRuns(control, { districtId, schoolYear }));
    kept.set(year, ofYear);
    if (ofYear.has(resyncID)) continue;
    rows +=
      kind === 'runs' ? await removeRun(removing, resyncID) : await removeDetails(removing, kind, resyncID);
  }
  const last = runs.length < runsAtOnce ? undefined : runs.at(-1);
  return { rows, after: last === undefined ? null : `${last.endedAt} ${last.resyncID}` };
}

function oldRuns(
  control: Knex,
  kind: RunKind,
  { before, after }: { readonly before: string; readonly after: string | null },
): Promise<OldRun[]> {
  const done = doneColumns[kind];
  // A DATETIME(3) as text has 23 characters; the id follows.
  const from =
    after === null ? '' : 'AND r.endedAt >= :endedAt AND (r.endedAt > :endedAt OR r.resyncID > :resyncId)';
  return selectRows<OldRun>(
    control,
    `SELECT r.resyncID, r.districtID, r.schoolYear, r.endedAt FROM resync r
      WHERE r.endedAt < :before ${done === null ? '' : `AND r.${done} IS NULL`} ${from} AND NOT (${inUse})
      ORDER BY r.endedAt, r.resyncID LIMIT ${runsAtOnce}`,
    {
      before,
      endedAt: after?.slice(0, 23) ?? '',
      resyncId: after?.slice(24) ?? '',
    },
  );
}

async function removeDetails(
  removing: Removing,
  kind: Exclude<RunKind, 'runs'>,
  resyncId: string,
): Promise<number> {
  let rows = 0;
  if (kind === 'errors') rows += await removeResolutions(removing, resyncId);
  for (const table of tablesOf[kind]) rows += await removeRows(removing, table, 'resyncID = ?', [resyncId]);
  const { control } = removing;
  await control('resync')
    .where({ resyncID: resyncId })
    .update({ [doneColumns[kind]!]: now(control) });
  return rows;
}

/** What a person decided about its conflicts goes with these. */
function removeResolutions(removing: Removing, resyncId: string): Promise<number> {
  return removeRows(
    removing,
    'identityResolution',
    'recordErrorID IN (SELECT recordErrorID FROM recordError WHERE resyncID = ?)',
    [resyncId],
  );
}

/** The run itself goes last, so that a pass that broke off finds it again. */
async function removeRun(removing: Removing, resyncId: string): Promise<number> {
  const { control } = removing;
  await control.raw(
    `INSERT INTO removedResync (resyncID, districtID, endedAt)
     SELECT resyncID, districtID, endedAt FROM resync WHERE resyncID = ?
     ON DUPLICATE KEY UPDATE resyncID = removedResync.resyncID`,
    [resyncId],
  );
  let rows = 0;
  for (const kind of ['errors', 'marks', 'ledger'] as const)
    rows += await removeDetails(removing, kind, resyncId);
  for (const { verificationID } of await selectRows<{ verificationID: string }>(
    control,
    'SELECT verificationID FROM verification WHERE resyncID = ?',
    [resyncId],
  ))
    rows += await removeVerification(removing, verificationID);
  for (const table of ['resyncRange', 'removalObject', 'DISBatchHistory', 'resyncEvent', 'resync'])
    rows += await removeRows(removing, table, 'resyncID = ?', [resyncId]);
  return rows;
}

const ofVerification = [
  'verificationSample',
  'verificationSchool',
  'verificationBlockedKey',
  'verificationObject',
  'verification',
];

async function removeVerification(removing: Removing, verificationId: string): Promise<number> {
  let rows = 0;
  for (const table of ofVerification)
    rows += await removeRows(removing, table, 'verificationID = ?', [verificationId]);
  return rows;
}

/**
 * Old verifications, but for the newest two that finished of each district's year (a later one is
 * compared with the one before it), and those that belong to a run that is there.
 */
export async function removeVerifications(
  removing: Removing,
  { before, after }: { readonly before: string; readonly after: string | null },
): Promise<Step> {
  const { control, signal } = removing;
  const found = await selectRows<{ verificationID: string; newer: number }>(
    control,
    `SELECT v.verificationID,
            (SELECT COUNT(*) FROM verification n
              WHERE n.districtID = v.districtID AND n.schoolYear = v.schoolYear AND n.initiator = v.initiator
                AND n.status = 'finished' AND n.requestedAt > v.requestedAt) AS newer
       FROM verification v
      WHERE v.endedAt < :before AND v.verificationID > :after
        AND NOT EXISTS (SELECT 1 FROM resync r WHERE r.resyncID = v.resyncID)
      ORDER BY v.verificationID LIMIT ${runsAtOnce}`,
    { before, after: after ?? '' },
  );
  let rows = 0;
  for (const { verificationID, newer } of found) {
    signal.throwIfAborted();
    if (newer >= 2) rows += await removeVerification(removing, verificationID);
  }
  return { rows, after: found.length < runsAtOnce ? null : (found.at(-1)?.verificationID ?? null) };
}
