import { familyOf } from '../columns/families';
import { whole } from '../columns/numbers';
import { type Column, readTableShape } from '../columns/table-shape';
import { DatabaseError } from '../connection/errors';
import type { ObjectMapping, RecordRule } from '../mapping/types';
import type { Editions } from '../connection/pools';
import { quoteName } from '../connection/sql';
import { readChecks } from './table-checks';

/**
 * What the state's server would refuse for a record, predicted as conditions that the district's
 * server evaluates: too long, missing, out of range, characters it hasn't, its own checks. A resync
 * doesn't use these: there the state's server itself says what it refuses (refusal.ts), with the
 * same codes. Clashes of unique values aren't predicted.
 * @throws DatabaseError
 */
export async function stateRefusals(editions: Editions, mapping: ObjectMapping): Promise<RecordRule[]> {
  const district = await readTableShape(editions.district, mapping.object.table);
  const rules: RecordRule[] = [];
  for (const { name } of [...mapping.pairs, ...mapping.ownedPairs]) {
    const from = district?.columns.get(name);
    const to = mapping.stateShape.columns.get(name);
    if (from && to) rules.push(...ofColumn(from, to));
  }
  return [...rules, ...(await ofChecks(editions, mapping, district?.columns ?? new Map<string, Column>()))];
}

function refusal(code: string, field: string | null, when: string, message: string): RecordRule {
  return { outcome: 'failed', code, field, when: `(${when})`, message };
}

function ofColumn(from: Column, to: Column): RecordRule[] {
  const name = quoteName(from.name);
  const rules: RecordRule[] = [];
  if (from.nullable && !to.nullable && !to.autoIncrement)
    rules.push(
      refusal('VALUE_MISSING', from.name, `${name} IS NULL`, `The state requires a value for ${from.name}.`),
    );
  const tooLong = longerThan(from, to) ?? tooManyBits(from, to);
  if (tooLong !== null)
    rules.push(
      refusal(
        'VALUE_TOO_LONG',
        from.name,
        tooLong,
        `The value of ${from.name} is longer than the state allows.`,
      ),
    );
  const beyond = outOfRange(from, to);
  if (beyond !== null)
    rules.push(
      refusal(
        'VALUE_OUT_OF_RANGE',
        from.name,
        beyond,
        `The value of ${from.name} is outside the range the state allows.`,
      ),
    );
  if (
    from.charset !== to.charset &&
    to.charset !== null &&
    to.charset !== 'utf8mb4' &&
    from.charset !== null
  ) {
    const kept = `CONVERT(CONVERT(${name} USING ${to.charset}) USING utf8mb4) COLLATE utf8mb4_bin`;
    rules.push(
      refusal(
        'VALUE_INVALID',
        from.name,
        `${kept} <> CONVERT(${name} USING utf8mb4) COLLATE utf8mb4_bin`,
        `The state can't store the value of ${from.name} as it is.`,
      ),
    );
  }
  return rules;
}

function longerThan(from: Column, to: Column): string | null {
  const families = [familyOf(from), familyOf(to)];
  const name = quoteName(from.name);
  if (families.every((family) => family === 'binary') && (from.octets ?? 0) > (to.octets ?? 0))
    return `LENGTH(${name}) > ${to.octets ?? 0}`;
  if (familyOf(to) !== 'text' || to.characters === null) return null;
  if (from.characters !== null && from.characters <= to.characters) return null;
  // The limit of a TEXT is in bytes.
  if (/text/.test(to.type))
    return `LENGTH(CONVERT(${name} USING ${to.charset ?? 'utf8mb4'})) > ${to.octets ?? 0}`;
  const kept = to.type === 'char' ? `TRIM(TRAILING ' ' FROM ${name})` : name;
  return `CHAR_LENGTH(${kept}) > ${to.characters}`;
}

const integerBits: Readonly<Record<string, bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  bigint: 64n,
};

function integerLimits({ type, fullType }: Column): readonly [bigint, bigint] | null {
  const bits = type === 'bit' ? bitsOf(fullType) : integerBits[type];
  if (bits === undefined) return null;
  return type === 'bit' || /unsigned/i.test(fullType)
    ? [0n, 2n ** bits - 1n]
    : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

function bitsOf(fullType: string): bigint {
  return BigInt(/^bit\((\d+)\)/i.exec(fullType)?.[1] ?? 1);
}

/** More bits than a BIT has are too long for it, and not out of its range. */
function tooManyBits(from: Column, to: Column): string | null {
  if (to.type !== 'bit' || familyOf(from) !== 'integer') return null;
  return `${whole(from)} > ${2n ** bitsOf(to.fullType) - 1n}`;
}

function outOfRange(from: Column, to: Column): string | null {
  if (to.type === 'bit') return null;
  const conditions = [beyondLimits(from, to), withoutSign(from, to)].filter((one) => one !== null);
  return conditions.length === 0 ? null : conditions.join(' OR ');
}

function withoutSign(from: Column, to: Column): string | null {
  const families = ['integer', 'decimal', 'double'];
  const takesNone = (column: Column): boolean =>
    /unsigned|zerofill/i.test(column.fullType) || ['bit', 'year'].includes(column.type);
  if (!families.includes(familyOf(from) ?? '') || integerLimits(to) !== null) return null;
  return takesNone(to) && !takesNone(from) ? `${quoteName(from.name)} < 0` : null;
}

function beyondLimits(from: Column, to: Column): string | null {
  const name = whole(from);
  const limits = integerLimits(to);
  const own = integerLimits(from);
  if (limits !== null && (own !== null || familyOf(from) === 'decimal')) {
    const [least, most] = limits;
    if (own !== null && own[0] >= least && own[1] <= most) return null;
    return `${name} < ${least} OR ${name} > ${most}`;
  }
  if (familyOf(to) !== 'decimal' || (familyOf(from) !== 'decimal' && own === null)) return null;
  const digits = wholeDigits(to);
  const had = familyOf(from) === 'decimal' ? wholeDigits(from) : null;
  if (digits === null || (had !== null && had <= digits)) return null;
  return `ABS(${name}) >= 1${'0'.repeat(digits)}`;
}

function wholeDigits({ fullType }: Column): number | null {
  const [, digits, scale] = /^decimal\((\d+),(\d+)\)/i.exec(fullType) ?? [];
  return digits === undefined ? null : Number(digits) - Number(scale);
}

/**
 * The state table's own checks, as far as they speak of columns the district has and its server
 * understands them.
 */
async function ofChecks(
  editions: Editions,
  { stateShape, districtTable }: ObjectMapping,
  district: ReadonlyMap<string, Column>,
): Promise<RecordRule[]> {
  const rules: RecordRule[] = [];
  for (const { name, condition } of await readChecks(editions.state, stateShape.table)) {
    const columns = [...condition.matchAll(/`([^`]+)`/g)].map(([, column]) => column!);
    if (columns.length === 0 || columns.some((column) => !district.has(column))) continue;
    const when = `(${condition}) IS FALSE`;
    if (!(await understands(editions, districtTable, when))) continue;
    const field = columns.includes(name) ? name : null;
    const message =
      field === null
        ? 'The record breaks a check of the state.'
        : `The value of ${field} breaks a check of the state.`;
    rules.push(refusal('CHECK_FAILED', field, when, message));
  }
  return rules;
}

async function understands({ district }: Editions, table: string, condition: string): Promise<boolean> {
  try {
    await district.rows(`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 0`);
    return true;
  } catch (error) {
    if (
      error instanceof DatabaseError &&
      (error.errorClass === 'configuration' || error.errorClass === 'record')
    )
      return false;
    throw error;
  }
}
