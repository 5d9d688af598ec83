import { useQuery } from '@tanstack/react-query';
import type { District } from '../../api/answers';
import { call } from '../../api/call';
import { type Live, whileLost } from '../../api/live';
import { Answer } from '../../parts/answer';
import { Button } from '../../parts/button';
import { useAddress } from '../../parts/use-address';
import { dayAfter, instantOf, wallTime } from '../../../domain/local-day';
import { useZone } from '../../parts/zone';
import { WeekDay } from './week-day';

const daysOfWeek = 7;

/** The week from Monday on, or the one that the address names. */
export function Week({ district, live }: { district: District; live: Live }) {
  const address = useAddress();
  const { name: zone, short } = useZone();
  const today = wallTime(Date.now(), zone).slice(0, 10);
  const first = mondayOf(/^\d{4}-\d{2}-\d{2}$/.test(address.get('week')) ? address.get('week') : today);
  const days = Array.from({ length: daysOfWeek }, (_, index) => dayAfter(first, index));
  const startOf = (day: string): number => instantOf(day, zone);
  const from = new Date(startOf(first)).toISOString();
  const to = new Date(startOf(dayAfter(first, daysOfWeek))).toISOString();
  const calendar = useQuery({
    queryKey: ['schedules', district.id, 'calendar', from, to],
    queryFn: () => call(`/districts/${district.id}/calendar`, { query: { from, to } }),
    refetchInterval: whileLost(live),
  });
  const go = (week: string): void => address.set('week', week === mondayOf(today) ? '' : week);
  return (
    <section className="frame" aria-label="The week">
      <div className="frame__title">
        <h2>
          {days[0]} to {days.at(-1)}
        </h2>
        <span className="small soft">Times: {short}</span>
        <span className="bar__end choice">
          <Button onPress={() => go(dayAfter(first, -daysOfWeek))}>Week before</Button>
          <Button onPress={() => go(mondayOf(today))}>This week</Button>
          <Button onPress={() => go(dayAfter(first, daysOfWeek))}>Week after</Button>
        </span>
      </div>
      <Answer query={calendar} what="the week">
        {(found) => (
          <table className="table table--stack week">
            <thead>
              <tr>
                <th scope="col" className="week__day">
                  Day
                </th>
                <th scope="col" className="wide">
                  <span className="hidden">The day from midnight to midnight</span>
                  <span className="week__hours" aria-hidden="true">
                    {['0', '6', '12', '18', '24'].map((hour) => (
                      <span key={hour}>{hour}</span>
                    ))}
                  </span>
                </th>
                <th scope="col" className="week__text">
                  What happens
                </th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <WeekDay
                  key={day}
                  day={day}
                  isToday={day === today}
                  span={{ start: startOf(day), end: startOf(dayAfter(day)) }}
                  calendar={found}
                />
              ))}
            </tbody>
          </table>
        )}
      </Answer>
    </section>
  );
}

function mondayOf(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % daysOfWeek;
  return dayAfter(day, -weekday);
}
