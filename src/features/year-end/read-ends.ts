import type { Knex } from 'knex';
import { zoneOf } from '../../config';
import { dayAfter, instantOf } from '../../domain/local-day';
import { firstDayAfter } from '../../domain/school-year';
import { judgeYearEnd } from '../../domain/year-end';
import { type DistrictYears, readScopedYears } from '../scoped-year/read';
import { readDriftFound } from './read-drift';
import { readYearRuns } from './read-year-runs';
import type { ScenarioSettings } from './switch-store';

/** The end-of-year resync that a district's scoped year lacks. */
export interface EndDue {
  readonly schoolYear: number;
  /** When the year is over, by the clocks of the district. */
  readonly dueAt: Date;
  /** The district's day that begins then: the first of the next year. */
  readonly dueOn: string;
  readonly overdue: boolean;
  /** Why what was sent doesn't do, in a sentence. */
  readonly why: string;
}

/**
 * Districts whose scoped year comes to its end, or has, without an accepted full resync; the others
 * are left out. A few statements, however many districts; none while no end is near.
 */
export async function readEndsDue(
  control: Knex,
  districts: readonly DistrictYears[],
  {
    now,
    acceptedColors,
    judgedColor: judged,
    endOfYearDueDays,
    schoolYearStart,
  }: ScenarioSettings & { readonly now: Date },
): Promise<Map<string, EndDue>> {
  const years = await readScopedYears(control);
  const facts = new Map<number, Awaited<ReturnType<typeof factsOf>>>();
  const ends = new Map<string, EndDue>();
  for (const { id, schoolYear: configured, timezone } of districts) {
    const schoolYear = years.get(id) ?? configured;
    const zone = zoneOf({ timezone });
    const dueOn = firstDayAfter(schoolYear, schoolYearStart);
    const dueAt = new Date(instantOf(dueOn, zone));
    if (now.getTime() < instantOf(dayAfter(dueOn, -endOfYearDueDays), zone)) continue;
    const known = facts.get(schoolYear) ?? (await factsOf(control, schoolYear, judged));
    facts.set(schoolYear, known);
    const yearEnd = judgeYearEnd({
      schoolYear,
      runs: known.runs.get(id) ?? [],
      changes: known.drift.get(id) ?? [],
      acceptedColors,
    });
    if (!yearEnd.holds) ends.set(id, { schoolYear, dueAt, dueOn, overdue: now >= dueAt, why: yearEnd.why });
  }
  return ends;
}

async function factsOf(control: Knex, schoolYear: number, judged: ScenarioSettings['judgedColor']) {
  return {
    runs: await readYearRuns(control, { schoolYear, judged }),
    drift: await readDriftFound(control, { schoolYear }),
  };
}
