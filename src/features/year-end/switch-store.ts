import { now } from '../../control/columns';
import type { Knex } from 'knex';
import { zoneOf } from '../../config';
import type { Color } from '../../domain/outcome';
import { openStatuses } from '../../domain/resync';
import { judgeSwitch, type OpenRun, type SwitchVerdict } from '../../domain/year-switch';
import { judgeYearEnd, judgeYearStart, type YearEnd, type YearStart } from '../../domain/year-end';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { readDriftFound } from './read-drift';
import { type DistrictYears, readScopedYear } from '../scoped-year/read';
import { type JudgedColor, readYearRuns } from './read-year-runs';

/** What the configuration says of both turns of the year. */
export interface ScenarioSettings {
  readonly acceptedColors: readonly Color[];
  /** Which color of a resync has to be one of them. */
  readonly judgedColor: JudgedColor;
  /** Days before July 1 from which the end-of-year resync is due. */
  readonly endOfYearDueDays: number;
  /** Days after a switch until the start-of-year resync is due. */
  readonly startOfYearDueDays: number;
  /** The day, MM-DD, on which a school year begins. */
  readonly schoolYearStart: string;
}

/** One switch of a district's scoped year. */
export interface YearSwitch {
  readonly fromYear: number;
  readonly toYear: number;
  readonly switchedAt: string;
  readonly switchedBy: string;
  readonly overridden: boolean;
  readonly reason: string | null;
  /** The full resync of the ending year that allowed it; `null`: overridden. */
  readonly resyncId: string | null;
}

interface SwitchRow extends Omit<YearSwitch, 'overridden' | 'resyncId'> {
  readonly districtID: string;
  readonly overridden: number;
  readonly resyncID: string | null;
}

function toSwitch({ districtID: _, resyncID, ...row }: SwitchRow): YearSwitch {
  return {
    ...row,
    switchedAt: toIso(row.switchedAt),
    overridden: row.overridden !== 0,
    resyncId: resyncID,
  };
}

const switchColumns = 'districtID, fromYear, toYear, switchedAt, switchedBy, overridden, reason, resyncID';

/** Most switches of one district that are shown, the newest. */
const maxSwitches = 20;

/** A district's switches, the newest first. */
export async function readSwitches(control: Knex, districtId: string): Promise<YearSwitch[]> {
  const rows = await selectRows<SwitchRow>(
    control,
    `SELECT ${switchColumns} FROM scopedYearSwitch WHERE districtID = ? ORDER BY scopedYearSwitchID DESC LIMIT ?`,
    [districtId, maxSwitches],
  );
  return rows.map(toSwitch);
}

/** Each district's newest switch, of any district that ever switched. */
export async function readLastSwitches(control: Knex): Promise<Map<string, YearSwitch>> {
  const rows = await selectRows<SwitchRow>(
    control,
    `SELECT ${switchColumns} FROM scopedYearSwitch
      WHERE scopedYearSwitchID IN (SELECT MAX(scopedYearSwitchID) FROM scopedYearSwitch GROUP BY districtID)`,
  );
  return new Map(rows.map((row) => [row.districtID, toSwitch(row)]));
}

/**
 * When the scoped year came to be what it is by a switch forward; `null`: it never was, or it went
 * back.
 */
export function switchedForwardAt(last: YearSwitch | undefined): string | null {
  return last && last.toYear > last.fromYear ? last.switchedAt : null;
}

export interface ScopedYearView {
  readonly scopedYear: number;
  readonly switches: readonly YearSwitch[];
  readonly yearEnd: YearEnd;
  readonly yearStart: YearStart;
}

/**
 * How a district's scoped year stands: whether it may be ended, and whether its start-of-year
 * resync was made.
 */
export async function readScopedYearView(
  control: Knex,
  district: DistrictYears,
  { acceptedColors, judgedColor: judged, startOfYearDueDays, now }: ScenarioSettings & { readonly now: Date },
): Promise<ScopedYearView> {
  const schoolYear = await readScopedYear(control, district);
  const switches = await readSwitches(control, district.id);
  const runs =
    (await readYearRuns(control, { schoolYear, districtId: district.id, judged })).get(district.id) ?? [];
  const drift = await readDriftFound(control, { schoolYear, districtId: district.id });
  const facts = { schoolYear, runs, changes: drift.get(district.id) ?? [], acceptedColors };
  const switchedAt = switchedForwardAt(switches[0]);
  return {
    scopedYear: schoolYear,
    switches,
    yearEnd: judgeYearEnd(facts),
    yearStart: judgeYearStart(facts, {
      switchedAt,
      dueDays: startOfYearDueDays,
      timezone: zoneOf(district),
      now,
    }),
  };
}

/**
 * Switches a district's scoped year when judgeSwitch lets it, in one transaction: no resync of the
 * district can be accepted between the look and the switch.
 * @returns the verdict; only a `switch` changed anything
 */
export function switchScopedYear(
  control: Knex,
  district: DistrictYears,
  request: {
    readonly to: number;
    readonly level: 'district' | 'state';
    readonly reason: string | null;
    readonly by: string;
    readonly acceptedColors: readonly Color[];
    readonly judgedColor: JudgedColor;
  },
): Promise<SwitchVerdict> {
  const { to, level, reason, by, acceptedColors, judgedColor: judged } = request;
  return inTransaction(control, async (transaction) => {
    // Two switches of one district follow each other: the second waits here, or is the victim of a
    // deadlock and begins anew.
    await selectRows(transaction, 'SELECT scopedYear FROM districtYear WHERE districtID = ? FOR UPDATE', [
      district.id,
    ]);
    const from = await readScopedYear(transaction, district);
    const openRuns = await readOpenRuns(transaction, district.id);
    const runs = await readYearRuns(transaction, { schoolYear: from, districtId: district.id, judged });
    const drift = await readDriftFound(transaction, { schoolYear: from, districtId: district.id });
    const yearEnd = judgeYearEnd({
      schoolYear: from,
      runs: runs.get(district.id) ?? [],
      changes: drift.get(district.id) ?? [],
      acceptedColors,
    });
    const verdict = judgeSwitch({ from, to, level, reason }, { openRuns, yearEnd });
    if (verdict.kind !== 'switch') return verdict;
    const switchedAt = now(transaction);
    await transaction('scopedYearSwitch').insert({
      districtID: district.id,
      fromYear: from,
      toYear: to,
      switchedAt,
      switchedBy: by,
      overridden: verdict.overridden,
      reason,
      resyncID: verdict.resyncId,
    });
    await transaction('districtYear')
      .insert({ districtID: district.id, scopedYear: to, switchedAt, switchedBy: by })
      .onConflict('districtID')
      .merge(['scopedYear', 'switchedAt', 'switchedBy']);
    return verdict;
  });
}

/**
 * Open resyncs of a district, the oldest first. The shared lock on its stretch of the index keeps
 * new ones out until the transaction ends.
 */
function readOpenRuns(transaction: Knex.Transaction, districtId: string): Promise<OpenRun[]> {
  return selectRows(
    transaction,
    `SELECT resyncID AS resyncId, status, initiator FROM resync FORCE INDEX (open_of_district)
      WHERE districtID = ? AND status IN (?)
      ORDER BY requestedAt LOCK IN SHARE MODE`,
    [districtId, openStatuses],
  );
}
