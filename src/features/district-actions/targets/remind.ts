import { zoneOf } from '../../../config';
import { readEndsDue } from '../../year-end/read-ends';
import { readStarts } from '../../year-end/read-starts';
import { reminderKey } from '../reminder';
import { type FindTargets, targetOf } from './target';

type Due = NonNullable<NonNullable<ReturnType<typeof targetOf>['detail']>['due']>;

/** Districts of which a mandatory resync is due, once a day. */
export const findToRemind: FindTargets = async ({ control, config, now }, asked) => {
  const settings = { ...config.scenarios, now };
  const districts = asked.map(({ district }) => district);
  const ends = await readEndsDue(control, districts, settings);
  const starts = await readStarts(control, districts, settings);
  const dues = new Map<string, Due & { readonly overdue: boolean }>();
  const zones = new Map(districts.map((district) => [district.id, zoneOf(district)]));
  for (const { id } of districts) {
    const end = ends.get(id);
    const start = starts.get(id)?.start;
    if (end) dues.set(id, { what: 'endOfYear', by: end.dueOn, overdue: end.overdue });
    else if (start?.status === 'due' || start?.status === 'overdue')
      dues.set(id, {
        ...{ what: 'startOfYear', by: start.dueOn! },
        overdue: start.status === 'overdue',
      });
  }
  const keyOf = (id: string): string => reminderKey(id, dues.get(id)!, { timezone: zones.get(id)!, now });
  const keys = [...dues.keys()].map(keyOf);
  const told = new Set<string>(
    keys.length === 0 ? [] : await control('processAlert').whereIn('alertKey', keys).pluck('alertKey'),
  );
  return asked.map((one) => {
    const due = dues.get(one.district.id);
    if (!due) return targetOf(one, { whyNot: 'No mandatory resync of it is due.' });
    if (told.has(keyOf(one.district.id))) return targetOf(one, { whyNot: 'It was reminded today already.' });
    const { what, by, overdue } = due;
    const note = `${what === 'endOfYear' ? 'end' : 'start'} of the year, ${overdue ? 'overdue' : 'due'}`;
    return targetOf(one, { note, detail: { due: { what, by } } });
  });
};
