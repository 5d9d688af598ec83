import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { familyOf, membersOf } from '../columns/families';
import { typedLiteral } from '../columns/key-column';
import type { Column, UniqueIndex } from '../columns/table-shape';
import type { Session } from '../connection/session';
import { quoteName } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { keyList } from '../mapping/keyset';
import { stateTenant, where } from '../mapping/scope';
import type { DistrictRecord } from './records';

/** Values tried at once: of types with so few that a random one is likely to be somebody's. */
const tried = 200;

/**
 * A value of one column of an index that nobody has beside the other values that the record has in
 * it at the state, as the state's server compares.
 * @returns as the text of a key is; `null` when none of those tried is free
 */
export async function freeValue(
  session: Session,
  { mapping, scope }: PageJob,
  { key }: DistrictRecord,
  { columns }: UniqueIndex,
  column: Column,
): Promise<string | null> {
  const values = candidates(column);
  if (values.length === 0) return null;
  const rows = values.map((value, n) => {
    const literal = typedLiteral(column, value);
    return n === 0 ? `SELECT 0 AS n, ${literal} AS v` : `SELECT ${n}, ${literal}`;
  });
  const others = columns.filter((name) => name !== column.name).map(quoteName);
  const own = `(SELECT ${['1', ...others].join(', ')} FROM ${mapping.stateTable} ${where([...stateTenant(mapping, scope), keyList(mapping.stateKey, [key])])})`;
  const taken = [`p.${quoteName(column.name)} = c.v`, ...others.map((name) => `p.${name} = own.${name}`)];
  const [found] = await session.rows(
    `SELECT c.n FROM ${own} own JOIN (${rows.join(' UNION ALL ')}) c
      WHERE NOT EXISTS (SELECT 1 FROM ${mapping.stateTable} p WHERE ${taken.join(' AND ')}) LIMIT 1`,
  );
  return found === undefined ? null : values[Number(found[0])]!;
}

/** Values that the column may have, each once and in no order; bytes in hexadecimal digits. */
function candidates(column: Column): string[] {
  const members = familyOf(column) === 'enum' || familyOf(column) === 'set' ? membersOf(column) : [];
  const made = Array.from({ length: tried }, () => someValue(column)).filter((value) => value !== null);
  return [...new Set([...members, ...made])].sort(() => randomInt(2) - 0.5);
}

/** A value that the column may have; `null` of a type whose values aren't made. */
export function someValue(column: Column): string | null {
  const { type, octets, characters } = column;
  switch (familyOf(column)) {
    case 'integer':
      return wholeNumber(column);
    case 'decimal':
    case 'double': {
      const [digits, scale] = precision(column);
      if (digits > scale) return String(randomInt(10 ** Math.min(digits - scale, 14)));
      return `0.${randomInt(10 ** Math.min(scale, 14))}`;
    }
    case 'text':
      return Array.from({ length: Math.min(characters ?? 0, 6) }, () => randomInt(36).toString(36)).join('');
    case 'binary':
      return randomBytes(type === 'binary' ? (octets ?? 0) : Math.min(octets ?? 0, 6)).toString('hex');
    case 'date':
      return moment(1_000).slice(0, 10);
    case 'datetime':
      return moment(type === 'timestamp' ? 38 : 1_000);
    case 'time':
      return `${randomInt(839)}:${twoDigits(60)}:${twoDigits(60)}`;
    case 'address':
      return type === 'uuid' ? randomUUID() : null;
    default:
      return null;
  }
}

const bytesOf: Readonly<Record<string, number>> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 6,
};

function wholeNumber({ type, fullType }: Column): string | null {
  if (type === 'year') return String(1901 + randomInt(255));
  if (type === 'bit') return String(randomInt(2 ** Math.min(Number(/\d+/.exec(fullType)?.[0] ?? 1), 40)));
  const bytes = bytesOf[type];
  if (bytes === undefined) return null;
  const size = 2 ** Math.min(8 * bytes, 40);
  return String(randomInt(size) - (/unsigned|zerofill/i.test(fullType) ? 0 : size / 2));
}

/** Digits of a number and those behind its point. */
function precision({ fullType, scale }: Column): readonly [number, number] {
  return [Number(/\((\d+)/.exec(fullType)?.[1] ?? 14), scale ?? 0];
}

/** Within so many years from the beginning of 1970 on. */
function moment(years: number): string {
  const day = randomInt(1, years * 365);
  return new Date((day * 86_400 + randomInt(86_400)) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

function twoDigits(below: number): string {
  return String(randomInt(below)).padStart(2, '0');
}
