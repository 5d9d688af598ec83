import { dayAfter, instantOf } from '../../domain/local-day';
import type { useUrlFilters } from './url-filters';
import { useZone } from './zone';

type Filters = Pick<ReturnType<typeof useUrlFilters>, 'of' | 'set'>;

/** Names of the period in the address, which holds days. */
export const periodFilters = ['from', 'to'] as const;

/** What the period in the address asks of the API: whole days of the zone in force. */
export function usePeriod({ of }: Filters): { readonly from: string; readonly to: string } {
  const { name } = useZone();
  const instant = (day: string): string =>
    /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(instantOf(day, name)).toISOString() : '';
  const [from, to] = [of('from'), of('to')];
  return { from: instant(from), to: to === '' ? '' : instant(dayAfter(to)) };
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
            value={of(name)}
            onChange={({ target }) => set(name, target.value)}
          />
        </label>
      ))}
    </>
  );
}
