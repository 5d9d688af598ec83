import { quoteBytes, quoteName } from '../connection/sql';
import type { Compared } from './compared';
import { familyOf, isLong, membersOf } from './families';
import type { Column } from './table-shape';

/** How characters and bytes of two columns compare. */

/** The value in UTF-8. */
export function text(column: Column, stripped: boolean, expression = quoteName(column.name)): string {
  const utf8 =
    column.charset === 'utf8mb4' && expression === quoteName(column.name)
      ? expression
      : `CONVERT(${expression} USING utf8mb4)`;
  return stripped ? `TRIM(TRAILING ' ' FROM ${utf8})` : utf8;
}

/** CHAR loses the spaces behind: what is sent to one is compared without them. */
export function texts(district: Column, state: Column): Compared {
  const stripped = state.type === 'char' && district.type !== 'char';
  const items = { district: text(district, stripped), state: text(state, false) };
  return isLong(district) || isLong(state) ? { ...items, digested: true } : { ...items, framed: true };
}

/** Network addresses and UUIDs, as such or as text. @returns a sentence where they can't compare */
export function addresses(district: Column, state: Column): Compared | string {
  if (district.type === state.type) return texts(district, state);
  if (state.type !== 'uuid') return `text and ${state.type} can't be compared exactly`;
  // A UUID is taken with hyphens anywhere or nowhere, and always shown with four.
  const digits = (column: Column): string => `REPLACE(LOWER(${text(column, false)}), '-', '')`;
  return { district: digits(district), state: digits(state), framed: true };
}

/**
 * ENUM matches by its collation and without spaces behind: "YES" or "Yes " would be stored as "Yes"
 * and differ permanently, so only members of the very same bytes may pass. A server that isn't
 * strict keeps what is no member as an empty text with the number 0, which no strict one takes.
 */
export function intoEnum(district: Column, state: Column): Compared {
  const members = membersOf(state).map((member) => quoteBytes(Buffer.from(member)));
  const known =
    familyOf(district) === 'enum' && membersOf(district).every((member) => membersOf(state).includes(member));
  const when = known
    ? `(${quoteName(district.name)}+0 = 0)`
    : `(CAST(${text(district, false)} AS BINARY) NOT IN (${members.join(', ')}))`;
  return {
    ...texts(district, state),
    lossy:
      known && membersOf(state).includes('')
        ? null
        : {
            code: 'VALUE_NOT_ALLOWED',
            column: district.name,
            when,
            message: `The value of ${district.name} is not one of those the state allows.`,
          },
  };
}

/**
 * MySQL's JSON is sent as text, in which every number is read as a whole one or a double: one that
 * was put in as a DECIMAL (1.10, or 30 digits) would come out as another.
 */
export function intoJson(district: Column, state: Column): Compared {
  const sent = `CAST(${quoteName(district.name)} AS CHAR)`;
  return {
    ...texts(district, state),
    lossy: {
      code: 'VALUE_PRECISION',
      column: district.name,
      when: `(CAST(CAST(CAST(${sent} AS JSON) AS CHAR) AS BINARY) <> CAST(${sent} AS BINARY))`,
      message: `A number in ${district.name} has digits that JSON doesn't keep when it is sent.`,
    },
  };
}

/** Do the state's members begin with the district's, in the same order? */
export function sameSet(district: Column, state: Column): boolean {
  const members = membersOf(state);
  return membersOf(district).every((member, i) => member === members[i]);
}

/** BINARY(n) fills up with zero bytes at the state. */
export function binaries(district: Column, state: Column): Compared {
  const from = quoteName(district.name);
  const to = quoteName(state.name);
  const n = state.octets ?? 0;
  const padded =
    state.type === 'binary' && !(district.type === 'binary' && (district.octets ?? 0) >= n)
      ? `IF(LENGTH(${from}) >= ${n}, ${from}, RPAD(${from}, ${n}, x'00'))`
      : from;
  return isLong(district) || isLong(state)
    ? { district: padded, state: to, digested: true }
    : { district: `HEX(${padded})`, state: `HEX(${to})` };
}
