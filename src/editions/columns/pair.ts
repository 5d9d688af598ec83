import { quoteBytes, quoteName } from '../connection/sql';
import { familyOf, isLong, membersOf, type TypeFamily } from './families';
import type { Column } from './table-shape';

/**
 * How a value fetched from the district is written. `unsigned`: a number that must reach the column
 * as one, because BIT takes text for characters and YEAR takes '0' for 2000.
 */
export type WriteKind = 'number' | 'unsigned' | 'text' | 'bytes';

/**
 * A district value the state's type can't hold exactly though the server would take it without an
 * error.
 */
export interface Lossy {
  readonly code: 'VALUE_PRECISION' | 'VALUE_NOT_ALLOWED' | 'VALUE_OUT_OF_RANGE' | 'VALUE_MISSING';
  readonly column: string;
  /** Condition on the district record; TRUE: the record can't be sent. */
  readonly when: string;
  readonly message: string;
}

/** One column on both sides: how its values are compared, read and written. */
export interface ColumnPair {
  readonly name: string;
  /**
   * Items of the hashed text on each side: the same characters for the same value. With `framed`
   * the item may hold any character, so its length goes before it.
   */
  readonly district: string;
  readonly state: string;
  readonly framed: boolean;
  /** The item may be long: a digest of it stands in the text, far below max_allowed_packet. */
  readonly digested: boolean;
  /** Either side may be NULL: the hashed text says so. */
  readonly nullable: boolean;
  /** Expression that reads the district's value without loss through the driver. */
  readonly fetch: string;
  readonly write: WriteKind;
  /** LENGTH of the district's value, for types whose values vary in it. */
  readonly length: string | null;
  readonly lossy: readonly Lossy[];
}

/** Pairs two columns. @returns a sentence instead when their values could never compare exactly. */
export function pairColumns(district: Column, state: Column): ColumnPair | string {
  const from = familyOf(district);
  const to = familyOf(state);
  if (from === null || to === null)
    return `the type ${(from === null ? district : state).type} is not supported`;
  const made = compared(district, from, state, to);
  if (typeof made === 'string') return made;
  const name = quoteName(district.name);
  return {
    name: district.name,
    framed: false,
    digested: false,
    nullable: district.nullable || state.nullable,
    length: ['text', 'binary', 'json', 'geometry'].includes(from) ? `COALESCE(LENGTH(${name}), 0)` : null,
    ...fetched(district, from),
    ...(state.type === 'bit' || state.type === 'year' ? { write: 'unsigned' as const } : {}),
    ...made,
    lossy: [...(made.lossy ? [made.lossy] : []), ...inventedNumber(district, state)],
  };
}

/** A column that counts by itself takes NULL for "the next number", also where it isn't the key. */
function inventedNumber(district: Column, state: Column): Lossy[] {
  if (!state.autoIncrement || !district.nullable) return [];
  return [
    {
      code: 'VALUE_MISSING',
      column: district.name,
      when: `(${quoteName(district.name)} IS NULL)`,
      message: `The state requires a value for ${district.name}.`,
    },
  ];
}

function fetched(column: Column, family: TypeFamily): Pick<ColumnPair, 'fetch' | 'write'> {
  const name = quoteName(column.name);
  switch (family) {
    case 'integer':
      return { fetch: column.type === 'bit' || isZerofill(column) ? `${name}+0` : name, write: 'number' };
    case 'decimal':
      return { fetch: isZerofill(column) ? `${name}+0` : name, write: 'number' };
    // FLOAT loses digits on the way as text; as DOUBLE it is exact, and as characters it keeps -0.
    case 'double':
      return { fetch: doubleText(column), write: 'text' };
    // As it is: HEX() above max_allowed_packet would be NULL, with a warning that nobody reads.
    case 'binary':
      return { fetch: name, write: 'bytes' };
    // A bare geometry the driver would take apart.
    case 'geometry':
      return { fetch: `CAST(${name} AS BINARY)`, write: 'bytes' };
    case 'address':
      return { fetch: `CAST(${name} AS CHAR)`, write: 'text' };
    case 'text':
    case 'enum':
    case 'set':
    case 'json':
    case 'date':
    case 'datetime':
    case 'time':
      return { fetch: name, write: 'text' };
  }
}

type Compared = Pick<ColumnPair, 'district' | 'state'> &
  Partial<Pick<ColumnPair, 'framed' | 'digested'>> & { readonly lossy?: Lossy | null };

function compared(district: Column, from: TypeFamily, state: Column, to: TypeFamily): Compared | string {
  const lossy = `${district.type} at the district and ${state.type} at the state can't be compared exactly`;
  switch (from) {
    case 'integer':
      // YEAR takes 5 for 2005.
      if (state.type === 'year' && district.type !== 'year') return lossy;
      if (to === 'integer')
        return { district: whole(district), state: whole(state), lossy: negative(district, state) };
      if (to === 'decimal')
        return { district: decimal(district, state.scale ?? 0), state: plainDecimal(state) };
      // 53 bits of a double hold every integer of up to 32 bits.
      if (to === 'double' && state.type === 'double' && district.type !== 'bigint' && district.type !== 'bit')
        return { district: doubleText(district), state: doubleText(state) };
      if (to === 'text')
        return {
          ...texts(district, state),
          district: text(district, false, `CAST(${whole(district)} AS CHAR)`),
        };
      return lossy;
    case 'decimal':
      if (to === 'decimal' || (to === 'integer' && !['bit', 'year'].includes(state.type)))
        return decimals(district, state);
      return lossy;
    case 'double':
      return to === 'double' && !(district.type === 'double' && state.type === 'float')
        ? doubles(district, state)
        : lossy;
    case 'text':
    case 'enum':
    case 'address':
      if (to === 'text') return texts(district, state);
      if (to === 'enum') return intoEnum(district, state);
      if (to === 'address') return addresses(district, state);
      // MySQL writes JSON anew (spaces, 1.10); text can't be compared with it.
      return lossy;
    case 'set':
      if (to === 'text') return texts(district, state);
      return to === 'set' && sameSet(district, state)
        ? texts(district, state)
        : `the SET at the state doesn't begin with the district's members in the same order`;
    case 'binary':
      return to === 'binary' ? binaries(district, state) : lossy;
    case 'geometry':
      return to === 'geometry'
        ? { district: quoteName(district.name), state: quoteName(state.name), digested: true }
        : lossy;
    case 'json':
      return to === 'json' || to === 'text' ? texts(district, state) : lossy;
    case 'date':
      if (to === 'date') return { district: quoteName(district.name), state: quoteName(state.name) };
      return to === 'datetime' ? moments(district, state) : lossy;
    case 'datetime':
      return to === 'datetime' ? moments(district, state) : lossy;
    case 'time':
      return to === 'time' ? moments(district, state) : lossy;
  }
}

function isZerofill(column: Column): boolean {
  return /zerofill/i.test(column.fullType);
}

function whole(column: Column): string {
  const name = quoteName(column.name);
  return column.type === 'bit' || column.type === 'year' || isZerofill(column) ? `${name}+0` : name;
}

function double(column: Column): string {
  return `${quoteName(column.name)}+0e0`;
}

/**
 * All digits of a double, the same on every server. MySQL ends the text of an expression after 22
 * characters, so that two doubles have one, but not in JSON; there it writes whole ones with '.0'.
 */
function doubleText(column: Column): string {
  const array = `JSON_ARRAY(${double(column)})`;
  const digits = `TRIM(LEADING '[' FROM TRIM(TRAILING ']' FROM ${array}))`;
  return `NULLIF(TRIM(TRAILING '.0' FROM ${digits}), 'null')`;
}

/**
 * FLOAT(m,d) and DOUBLE(m,d) round to d decimals without a note. This is how the servers round; a
 * FLOAT's nearest value counts, which only a FLOAT can tell.
 */
function doubles(district: Column, state: Column): Compared {
  const items = { district: doubleText(district), state: doubleText(state) };
  const { scale } = state;
  const sameGrid = district.type === state.type && district.scale !== null && district.scale <= (scale ?? 0);
  if (scale === null || sameGrid) return items;
  const value = double(district);
  const rounded = `FLOOR(${value}) + ROUND((${value} - FLOOR(${value})) * 1e${scale}) / 1e${scale}`;
  return {
    ...items,
    lossy: {
      code: 'VALUE_PRECISION',
      column: district.name,
      when:
        state.type === 'float'
          ? `(CAST(${rounded} AS FLOAT) <> ${quoteName(district.name)})`
          : `(${rounded} <> ${value})`,
      message: `The value of ${district.name} has more than the ${scale} decimal places the state keeps.`,
    },
  };
}

/** BIT(64) takes the bits of a negative number for a large one. */
function negative(district: Column, state: Column): Lossy | null {
  const signed = !/unsigned|zerofill/i.test(district.fullType) && !['bit', 'year'].includes(district.type);
  if (state.type !== 'bit' || !signed) return null;
  return {
    code: 'VALUE_OUT_OF_RANGE',
    column: district.name,
    when: `(${quoteName(district.name)} < 0)`,
    message: `The value of ${district.name} is outside the range the state allows.`,
  };
}

function decimal(column: Column, scale: number): string {
  return `CAST(${quoteName(column.name)} AS DECIMAL(65,${scale}))`;
}

function plainDecimal(column: Column): string {
  return isZerofill(column) ? `${quoteName(column.name)}+0` : quoteName(column.name);
}

/**
 * The state's smaller scale would round with a note at most, so records that need more digits are
 * refused beforehand.
 */
function decimals(district: Column, state: Column): Compared {
  const from = district.scale ?? 0;
  const to = state.scale ?? 0;
  const name = quoteName(district.name);
  if (from === to && familyOf(state) === 'decimal')
    return { district: plainDecimal(district), state: plainDecimal(state) };
  const scale = Math.max(from, to);
  return {
    district: decimal(district, scale),
    state: decimal(state, scale),
    lossy:
      to >= from
        ? null
        : {
            code: 'VALUE_PRECISION',
            column: district.name,
            when: `(${name} <> TRUNCATE(${name}, ${to}))`,
            message: `The value of ${district.name} has more than the ${to} decimal places the state keeps.`,
          },
  };
}

/** The value in UTF-8. */
function text(column: Column, stripped: boolean, expression = quoteName(column.name)): string {
  const utf8 =
    column.charset === 'utf8mb4' && expression === quoteName(column.name)
      ? expression
      : `CONVERT(${expression} USING utf8mb4)`;
  return stripped ? `TRIM(TRAILING ' ' FROM ${utf8})` : utf8;
}

/** CHAR loses the spaces behind: what is sent to one is compared without them. */
function texts(district: Column, state: Column): Compared {
  const stripped = state.type === 'char' && district.type !== 'char';
  const items = { district: text(district, stripped), state: text(state, false) };
  return isLong(district) || isLong(state) ? { ...items, digested: true } : { ...items, framed: true };
}

function addresses(district: Column, state: Column): Compared | string {
  if (district.type === state.type) return texts(district, state);
  if (state.type !== 'uuid') return `text and ${state.type} can't be compared exactly`;
  // A UUID is taken with hyphens anywhere or nowhere, and always shown with four.
  const digits = (column: Column): string => `REPLACE(LOWER(${text(column, false)}), '-', '')`;
  return { district: digits(district), state: digits(state), framed: true };
}

/**
 * ENUM matches by its collation and without spaces behind: "YES" or "Yes " would be stored as "Yes"
 * and differ permanently, so only members of the very same bytes may pass.
 */
function intoEnum(district: Column, state: Column): Compared {
  const members = membersOf(state).map((member) => quoteBytes(Buffer.from(member)));
  const known =
    familyOf(district) === 'enum' && membersOf(district).every((member) => membersOf(state).includes(member));
  return {
    ...texts(district, state),
    lossy: known
      ? null
      : {
          code: 'VALUE_NOT_ALLOWED',
          column: district.name,
          when: `(CAST(${text(district, false)} AS BINARY) NOT IN (${members.join(', ')}))`,
          message: `The value of ${district.name} is not one of those the state allows.`,
        },
  };
}

function sameSet(district: Column, state: Column): boolean {
  const members = membersOf(state);
  return membersOf(district).every((member, i) => member === members[i]);
}

/** BINARY(n) fills up with zero bytes at the state. */
function binaries(district: Column, state: Column): Compared {
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

/** Text of both sides with as many digits of the second; a date gets midnight. */
function moments(district: Column, state: Column): Compared {
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
