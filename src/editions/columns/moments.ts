import { quoteName } from '../connection/sql';
import type { Compared } from './compared';
import type { Column } from './table-shape';

/** Text of both sides with as many digits of the second; a date gets midnight. */
export function moments(district: Column, state: Column): Compared {
  const fraction = Math.max(district.fraction, state.fraction);
  const name = quoteName(district.name);
  const lost = 10 ** (6 - state.fraction);
  return {
    district: moment(district, state, fraction),
    state: moment(state, district, fraction),
    lossy:
      state.fraction >= district.fraction
        ? null
        : {
            code: 'VALUE_PRECISION',
            column: district.name,
            when: `(MICROSECOND(${name}) % ${lost} <> 0)`,
            message: `The time in ${district.name} is more precise than the state keeps.`,
          },
  };
}

function moment(column: Column, other: Column, fraction: number): string {
  const name = quoteName(column.name);
  const midnight = column.type === 'date' && other.type !== 'date' ? ' 00:00:00' : '';
  const missing = fraction - column.fraction;
  const digits = missing === 0 ? '' : `${column.fraction === 0 ? '.' : ''}${'0'.repeat(missing)}`;
  const suffix = midnight + digits;
  return suffix === '' ? name : `CONCAT(${name}, '${suffix}')`;
}
