import { quoteName } from '../connection/sql';
import type { Compared, Lossy } from './compared';
import { familyOf } from './families';
import type { Column } from './table-shape';

/** How numbers of two columns compare, and which of them the state can't hold. */

/** Does the server fill the number up with zeros when it shows it as text? */
export function isZerofill(column: Column): boolean {
  return /zerofill/i.test(column.fullType);
}

/** Expression for a whole number as the server computes with it. */
export function whole(column: Column): string {
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
export function doubleText(column: Column): string {
  const array = `JSON_ARRAY(${double(column)})`;
  const digits = `TRIM(LEADING '[' FROM TRIM(TRAILING ']' FROM ${array}))`;
  return `NULLIF(TRIM(TRAILING '.0' FROM ${digits}), 'null')`;
}

/**
 * FLOAT(m,d) and DOUBLE(m,d) round to d decimals without a note. This is how the servers round; a
 * FLOAT's nearest value counts, which only a FLOAT can tell.
 */
export function doubles(district: Column, state: Column): Compared {
  const items = { district: doubleText(district), state: doubleText(state) };
  const { scale } = state;
  if (scale === null) return items;
  const value = double(district);
  const rounded = `FLOOR(${value}) + ROUND((${value} - FLOOR(${value})) * 1e${scale}) / 1e${scale}`;
  const isWhole = familyOf(district) === 'integer';
  const sameGrid = district.type === state.type && district.scale !== null && district.scale <= scale;
  const precision: Lossy = {
    code: 'VALUE_PRECISION',
    column: district.name,
    when:
      state.type === 'float'
        ? `(CAST(${rounded} AS FLOAT) <> ${quoteName(district.name)})`
        : `(${rounded} <> ${value})`,
    message: `The value of ${district.name} has more than the ${scale} decimal places the state keeps.`,
  };
  return {
    ...items,
    lossy: [...(isWhole || sameGrid ? [] : [precision]), ...tooLarge(district, state, rounded)],
  };
}

/**
 * m digits in all: MySQL refuses more in an INSERT, and stores them all in an UPDATE that joins.
 * The limit is the one that the servers reckon with.
 */
function tooLarge({ name }: Column, state: Column, rounded: string): Lossy[] {
  const limit = greatest(state);
  if (limit === null) return [];
  return [
    {
      code: 'VALUE_OUT_OF_RANGE',
      column: name,
      when: `(ABS(${rounded}) > ${limit.toExponential()})`,
      message: `The value of ${name} is outside the range the state allows.`,
    },
  ];
}

/** The greatest number of a FLOAT(m,d) or DOUBLE(m,d); `null`: it says nothing of digits. */
function greatest({ fullType }: Column): number | null {
  const [, digits, scale] = /^(?:float|double)\((\d+),(\d+)\)/i.exec(fullType) ?? [];
  if (digits === undefined) return null;
  return Number(`1e${Number(digits) - Number(scale)}`) - 1 / Number(`1e${scale}`);
}

/** BIT(64) takes the bits of a negative number for a large one. */
export function negative(district: Column, state: Column): Lossy | null {
  const signed = !/unsigned|zerofill/i.test(district.fullType) && !['bit', 'year'].includes(district.type);
  if (state.type !== 'bit' || !signed) return null;
  return {
    code: 'VALUE_OUT_OF_RANGE',
    column: district.name,
    when: `(${quoteName(district.name)} < 0)`,
    message: `The value of ${district.name} is outside the range the state allows.`,
  };
}

/** Expression for a number with this many decimal places. */
export function decimal(column: Column, scale: number): string {
  return `CAST(${quoteName(column.name)} AS DECIMAL(65,${scale}))`;
}

/**
 * The number that is shown: what a view computes (a quotient) has more digits than its column is
 * said to have, and those are never sent.
 */
function shown(column: Column): string {
  return decimal(column, column.scale ?? 0);
}

/** Expression for a decimal as it is, without what ZEROFILL adds. */
export function plainDecimal(column: Column): string {
  return isZerofill(column) ? `${quoteName(column.name)}+0` : quoteName(column.name);
}

/**
 * The state's smaller scale would round with a note at most, so records that need more digits are
 * refused beforehand.
 */
export function decimals(district: Column, state: Column): Compared {
  const from = district.scale ?? 0;
  const to = state.scale ?? 0;
  if (from === to && familyOf(state) === 'decimal')
    return { district: plainDecimal(district), state: plainDecimal(state) };
  const scale = Math.max(from, to);
  return {
    district: `CAST(${shown(district)} AS DECIMAL(65,${scale}))`,
    state: decimal(state, scale),
    lossy:
      to >= from
        ? null
        : {
            code: 'VALUE_PRECISION',
            column: district.name,
            when: `(${shown(district)} <> TRUNCATE(${shown(district)}, ${to}))`,
            message: `The value of ${district.name} has more than the ${to} decimal places the state keeps.`,
          },
  };
}
