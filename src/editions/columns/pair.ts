import { quoteName } from '../connection/sql';
import { lostCharacters } from './charsets';
import type { Compared, ComparedItems, Lossy } from './compared';
import { familyOf, type TypeFamily } from './families';
import { moments } from './moments';
import { decimal, decimals, doubles, doubleText, isZerofill, negative, plainDecimal, whole } from './numbers';
import type { Column } from './table-shape';
import { addresses, binaries, intoEnum, intoJson, sameSet, text, texts } from './texts';

/**
 * How a value fetched from the district is written. `unsigned`: a number that must reach the column
 * as one, because BIT takes text for characters and YEAR takes '0' for 2000.
 */
export type WriteKind = 'number' | 'unsigned' | 'text' | 'bytes';

/** One column on both sides: how its values are compared, read and written. */
export interface ColumnPair extends ComparedItems {
  readonly name: string;
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
    lossy: [...[made.lossy ?? []].flat(), ...inventedNumber(district, state), ...lostCharacters(district)],
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
      return { fetch: whole(column), write: 'number' };
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
        return doubles(district, state);
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
      if (to === 'json') return intoJson(district, state);
      return to === 'text' ? texts(district, state) : lossy;
    case 'date':
      if (to === 'date') return { district: quoteName(district.name), state: quoteName(state.name) };
      return to === 'datetime' ? moments(district, state) : lossy;
    case 'datetime':
      return to === 'datetime' ? moments(district, state) : lossy;
    case 'time':
      return to === 'time' ? moments(district, state) : lossy;
  }
}
