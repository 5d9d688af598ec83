import type { Knex } from 'knex';
import { zoneOf } from '../../config';
import {
  judgeYearEnd,
  judgeYearStart,
  type YearEnd,
  type YearRun,
  type YearStart,
} from '../../domain/year-end';
import { readDriftFound } from './read-drift';
import { type DistrictYears, readScopedYears } from '../scoped-year/read';
import { readLastSwitches, type ScenarioSettings, switchedForwardAt, type YearSwitch } from './switch-store';
import { readYearRuns } from './read-year-runs';

/** One district in the state's list of mandatory resyncs around the end of a school year. */
export interface DistrictCompliance {
  readonly districtId: string;
  readonly name: string;
  readonly scopedYear: number;
  /** `done`: the year may be ended, or was ended after such a resync. */
  readonly endOfYear: {
    readonly status: 'done' | 'missing';
    readonly run: YearRun | null;
    readonly why: string | null;
  };
  /**
   * The switch from the year to the next; `null`: not yet, or the configuration says the later
   * year.
   */
  readonly switched: YearSwitch | null;
  /** Of the year after. */
  readonly startOfYear: YearStart;
}

/**
 * The year whose end is the state's business now: the one before the newest scoped year when any
 * district was switched into that one, else the newest scoped year itself.
 */
export async function endingYear(control: Knex, districts: readonly DistrictYears[]): Promise<number> {
  // Before the first district is registered any year does.
  if (districts.length === 0) return new Date().getUTCFullYear();
  const years = await readScopedYears(control);
  const newest = Math.max(...districts.map(({ id, schoolYear }) => years.get(id) ?? schoolYear));
  const switched = [...(await readLastSwitches(control)).values()];
  return switched.some(({ toYear, fromYear }) => toYear === newest && toYear > fromYear)
    ? newest - 1
    : newest;
}

/**
 * Every district's mandatory resyncs around the end of `schoolYear`, in the order given. Five
 * statements in all.
 */
export async function readCompliance(
  control: Knex,
  districts: readonly (DistrictYears & { readonly name: string })[],
  {
    schoolYear,
    now,
    acceptedColors,
    judgedColor: judged,
    startOfYearDueDays,
  }: ScenarioSettings & { readonly schoolYear: number; readonly now: Date },
): Promise<DistrictCompliance[]> {
  const years = await readScopedYears(control);
  const switches = await readLastSwitches(control);
  const ending = await readYearRuns(control, { schoolYear, judged });
  const drift = await readDriftFound(control, { schoolYear });
  const starting = await readYearRuns(control, { schoolYear: schoolYear + 1, judged });
  return districts.map(({ id, name, schoolYear: configured, timezone }) => {
    const scopedYear = years.get(id) ?? configured;
    const last = switches.get(id);
    const switched = last?.fromYear === schoolYear && last.toYear === schoolYear + 1 ? last : null;
    const yearEnd = judgeYearEnd({
      schoolYear,
      runs: ending.get(id) ?? [],
      changes: drift.get(id) ?? [],
      acceptedColors,
    });
    const start = { schoolYear: schoolYear + 1, runs: starting.get(id) ?? [], acceptedColors };
    return {
      districtId: id,
      name,
      scopedYear,
      endOfYear: toEndOfYear(yearEnd, switched, ending.get(id) ?? []),
      switched,
      startOfYear: judgeYearStart(start, {
        switchedAt: switchedForwardAt(switched ?? undefined),
        dueDays: startOfYearDueDays,
        timezone: zoneOf({ timezone }),
        now,
      }),
    };
  });
}

/**
 * Once the year was ended by a resync that allowed it, later resyncs of that year don't undo that.
 */
function toEndOfYear(
  yearEnd: YearEnd,
  switched: YearSwitch | null,
  runs: readonly YearRun[],
): DistrictCompliance['endOfYear'] {
  const allowedBy = runs.find(({ resyncId }) => resyncId === switched?.resyncId);
  if (allowedBy) return { status: 'done', run: allowedBy, why: null };
  if (yearEnd.holds) return { status: 'done', run: yearEnd.run, why: null };
  return { status: 'missing', run: yearEnd.run, why: yearEnd.why };
}
