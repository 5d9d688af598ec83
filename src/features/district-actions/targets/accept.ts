import { isAccepted, type YearRun } from '../../../domain/year-end';
import { readYearRuns } from '../../year-end/read-year-runs';
import { type FindTargets, type Target, targetOf } from './target';

/** The newest full resync that finished, where its color alone doesn't let the year be ended. */
export const findToAccept: FindTargets = async ({ control, config }, asked) => {
  const { acceptedColors, judgedColor: judged } = config.scenarios;
  const runs = new Map<number, Map<string, YearRun[]>>();
  for (const schoolYear of new Set(asked.map(({ year }) => year.schoolYear)))
    runs.set(schoolYear, await readYearRuns(control, { schoolYear, judged }));
  return asked.map((one): Target => {
    const run = (runs.get(one.year.schoolYear)?.get(one.district.id) ?? [])
      .filter(({ full, status }) => full && status === 'finished')
      .at(-1);
    if (run === undefined)
      return targetOf(one, { whyNot: 'No full resync of its school year has finished.' });
    const { resyncId, color, accepted } = run;
    if (accepted) return targetOf(one, { resyncId, whyNot: `${resyncId} was accepted before.` });
    if (isAccepted(run, acceptedColors))
      return targetOf(one, { resyncId, whyNot: `${resyncId} finished ${color}: it needs no acceptance.` });
    return targetOf(one, { resyncId, note: color });
  });
};
