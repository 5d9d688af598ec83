/** Where districts stand in their current school year: a few statements, however many there are. */
import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';
import type { Color } from '../../domain/outcome';
import { endedStatuses, type Initiator, openStatuses, type ResyncStatus } from '../../domain/resync';

/** A resync in a few words. */
interface ShortRun {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  readonly color: Color;
  readonly initiator: Initiator;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

export interface ResyncsOfDistrict {
  /** The one whose turn it is; `null`: none is under way. */
  readonly running: ShortRun | null;
  /** How many wait for their turn. */
  readonly waiting: number;
  /** The newest that has ended. */
  readonly last: ShortRun | null;
  /** The newest of all objects that has ended. */
  readonly lastFull: ShortRun | null;
}

interface RunRow {
  readonly districtID: string;
  readonly resyncID: string;
  readonly status: ResyncStatus;
  readonly color: Color;
  readonly initiator: Initiator;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}

/** Whose standing is read. */
export interface StandingOf {
  /** Current school year by district. */
  readonly years: ReadonlyMap<string, number>;
  /** `district`: what the state made stays out, because its outcome isn't theirs to see. */
  readonly seenBy: Initiator;
}

const runColumns = 'r.districtID, r.resyncID, r.status, r.color, r.initiator, r.requestedAt, r.endedAt';

/** Runs of each district: what is under way, and what came of the newest. */
export async function readResyncsOf(
  control: Knex,
  { years, seenBy }: StandingOf,
): Promise<Map<string, ResyncsOfDistrict>> {
  const open = await selectRows<RunRow>(
    control,
    `SELECT ${runColumns} FROM resync r WHERE r.status IN (?) ORDER BY r.requestedAt`,
    [openStatuses],
  );
  const found = new Map<string, ResyncsOfDistrict>();
  const note = (districtId: string, part: Partial<ResyncsOfDistrict>): void => {
    if (!years.has(districtId)) return;
    const known = found.get(districtId) ?? { running: null, waiting: 0, last: null, lastFull: null };
    found.set(districtId, { ...known, ...part });
  };
  for (const row of open) {
    const waits = row.status === 'accepted' || row.status === 'queued';
    // What makes way for another stands still; the other one is what runs.
    const stands = found.get(row.districtID)?.running;
    if (waits) note(row.districtID, { waiting: (found.get(row.districtID)?.waiting ?? 0) + 1 });
    else if (!stands || stands.status === 'preempted') note(row.districtID, { running: toRun(row) });
  }
  for (const schoolYear of new Set(years.values())) {
    for (const kind of ['last', 'lastFull'] as const) {
      for (const row of await readNewest(control, { schoolYear, seenBy, full: kind === 'lastFull' }))
        if (years.get(row.districtID) === schoolYear) note(row.districtID, { [kind]: toRun(row) });
    }
  }
  return found;
}

/** By the indexes full_of_year and end_of_year, of which the newest of each district is the end. */
function readNewest(
  control: Knex,
  { schoolYear, seenBy, full }: { schoolYear: number; seenBy: Initiator; full: boolean },
): Promise<RunRow[]> {
  const which = `schoolYear = :schoolYear AND status IN (:ended)
    ${full ? 'AND full = 1' : ''} ${seenBy === 'district' ? "AND initiator = 'district'" : ''}`;
  return selectRows<RunRow>(
    control,
    `SELECT ${runColumns} FROM resync r
       JOIN (SELECT districtID, MAX(endedAt) AS endedAt FROM resync WHERE ${which} GROUP BY districtID) n
         ON n.districtID = r.districtID AND n.endedAt = r.endedAt
      WHERE r.schoolYear = :schoolYear AND r.status IN (:ended) ${full ? 'AND r.full = 1' : ''}
      ORDER BY r.requestedAt`,
    { schoolYear, ended: endedStatuses },
  );
}

function toRun({ resyncID, requestedAt, endedAt, status, color, initiator }: RunRow): ShortRun {
  return {
    ...{ resyncId: resyncID, status, color, initiator },
    requestedAt: toIso(requestedAt),
    endedAt: toIso(endedAt),
  };
}

/** What the newest comparison of a district came to. */
export interface NewestComparison {
  readonly verificationId: string;
  readonly finishedAt: string;
  readonly resyncNecessary: boolean;
}

/** The newest finished comparison of each district, found from the end of its index. */
export async function readComparisonsOf(
  control: Knex,
  { years, seenBy }: StandingOf,
): Promise<Map<string, NewestComparison>> {
  const found = new Map<string, NewestComparison>();
  for (const schoolYear of new Set(years.values())) {
    const rows = await selectRows<{
      districtID: string;
      verificationID: string;
      endedAt: string;
      resyncNecessary: number;
    }>(
      control,
      `SELECT v.districtID, v.verificationID, v.endedAt, v.resyncNecessary
         FROM (SELECT (SELECT n.verificationID FROM verification n
                        WHERE n.districtID = d.districtID AND n.schoolYear = :schoolYear AND n.status = 'finished'
                          ${seenBy === 'district' ? "AND n.initiator = 'district'" : ''}
                        ORDER BY n.requestedAt DESC LIMIT 1) AS verificationID
                 FROM (SELECT DISTINCT districtID FROM verification) d) newest
         JOIN verification v ON v.verificationID = newest.verificationID`,
      { schoolYear },
    );
    for (const row of rows) {
      if (years.get(row.districtID) !== schoolYear) continue;
      found.set(row.districtID, {
        verificationId: row.verificationID,
        finishedAt: toIso(row.endedAt),
        resyncNecessary: row.resyncNecessary !== 0,
      });
    }
  }
  return found;
}
