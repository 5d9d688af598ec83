import { z } from 'zod';
import { dayAfter, instantOf } from '../domain/local-day';
import { dayGiven, instantGiven } from './schemas';

const dateOrTime = z.union([dayGiven, instantGiven], {
  error:
    'Give a date (2026-11-26) or a time with its offset (2026-11-26T08:00:00Z), between the years 1990 and 2100.',
});

/** The query parameters from and to of a list by time; `periodIn` makes instants of them. */
export const period = {
  from: dateOrTime.optional().meta({
    description: 'on this day or later, or from this time on; days by the clocks of the district or state',
  }),
  to: dateOrTime.optional().meta({ description: 'on this day or earlier, or before this time' }),
};

/** A period as instants: `to` is the first after it. */
export interface Period {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/** The instants of a period whose days are told by the clocks of a zone. */
export function periodIn(
  timezone: string,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Period {
  const begin = (day: string): Date => new Date(instantOf(day, timezone));
  return {
    from: from === undefined ? undefined : from.includes('T') ? new Date(from) : begin(from),
    to: to === undefined ? undefined : to.includes('T') ? new Date(to) : begin(dayAfter(to)),
  };
}
