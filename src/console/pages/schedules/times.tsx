import { useState } from 'react';
import {
  cronProblem,
  minIntervalMinutes,
  type ScheduleTimes,
  shortestIntervalMinutes,
} from '../../../domain/schedule';
import { Input, Select } from '../../parts/fields';
import { Time } from '../../parts/zone';
import { DaysField } from './days-field';
import { firingsAhead } from './firings-ahead';
import type { TimesDraft } from './schedule-draft';

interface TimesProps {
  readonly draft: TimesDraft;
  readonly onChange: (part: Partial<TimesDraft>) => void;
}

/** Days and times of day, or a cron text. */
export function Times({ draft, onChange }: TimesProps) {
  return (
    <div className="filters">
      <Select
        label="When"
        value={draft.how}
        onChange={(how) => onChange({ how: how as TimesDraft['how'] })}
        options={[
          { value: 'days', label: 'on days of the week' },
          { value: 'cron', label: 'as a cron text says' },
        ]}
      />
      {draft.how === 'cron' ? (
        <Input
          label="Cron"
          value={draft.cron}
          onChange={(cron) => onChange({ cron })}
          hint="minute, hour, day of month, month, day of week"
        />
      ) : (
        <>
          <Input
            label="Times of day"
            value={draft.at}
            onChange={(at) => onChange({ at })}
            hint="as 02:00, or several: 02:00, 14:30"
          />
          <DaysField legend="Days" days={draft.days} onChange={(days) => onChange({ days })} />
        </>
      )}
    </div>
  );
}

const shownFirings = 5;

/** What the times come to. */
export function NextFirings({ times, timezone }: { times: ScheduleTimes | null; timezone: string }) {
  const [now] = useState(() => Date.now());
  if (times === null) return null;
  const ahead = firingsAhead(times, timezone, now, shownFirings);
  return (
    <div role="status">
      {ahead.length === 0 ? (
        'It would not fire within a year.'
      ) : (
        <>
          It would fire next:
          <ul className="plain">
            {ahead.map((at) => (
              <li key={at}>
                <Time at={new Date(at).toISOString()} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Why they can't be kept, in a sentence; `null`: they can. */
export function whyNotTimes(times: ScheduleTimes | null): string | null {
  if (times === null) return 'Say at which times, as 02:00, and tick at least one day.';
  const problem = 'cron' in times ? cronProblem(times.cron) : null;
  if (problem !== null) return `The cron text is not one: ${problem}.`;
  const interval = shortestIntervalMinutes(times);
  return interval < minIntervalMinutes
    ? `At least ${minIntervalMinutes} minutes have to be between two firings.`
    : null;
}
