import { dayAfter, givenYears, instantOf, isGivenDay } from '../../domain/local-day';
import type { useUrlFilters } from './url-filters';
import { useZone } from './zone';

type Filters = Pick<ReturnType<typeof useUrlFilters>, 'of' | 'set'>;

/** Names of the period in the address, which holds days. */
export const periodFilters = ['from', 'to'] as const;

/** The days that a field for a day takes. */
export const dayBounds = { min: `${givenYears.first}-01-01`, max: `${givenYears.last}-12-31` } as const;

/**
 * What the period in the address asks of the API: whole days of the zone in force. A year is typed
 * digit by digit, and nothing is asked for the year 202.
 */
export function usePeriod({ of }: Filters): { readonly from: string; readonly to: string } {
  const { name } = useZone();
  const instant = (day: string): string => new Date(instantOf(day, name)).toISOString();
  const [from, to] = [of('from'), of('to')];
  return {
    from: isGivenDay(from) ? instant(from) : '',
    to: isGivenDay(to) ? instant(dayAfter(to)) : '',
  };
}

/** From one day to another, both of them included. */
export function PeriodFields({ of, set }: Filters) {
  const { short } = useZone();
  return (
    <>
      {periodFilters.map((name) => (
        <label key={name} className="labelled">
          {name === 'from' ? `From (${short})` : `To (${short})`}
          <input
            className="field"
            type="date"
            {...dayBounds}
            value={of(name)}
            onChange={({ target }) => set(name, target.value)}
          />
        </label>
      ))}
    </>
  );
}
