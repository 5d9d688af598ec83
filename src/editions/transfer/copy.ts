import { Readable } from 'node:stream';
import type { RecordScope } from '../../domain/range';
import type { ColumnPair } from '../columns/pair';
import type { PageJob } from '../mapping/job';
import { tenantLiteral } from '../mapping/tenant';
import type { ObjectMapping } from '../mapping/types';
import type { Session } from '../connection/pools';
import { type DistrictRecord, type FetchedValue, writtenPairs } from './records';
import { quoteName } from '../connection/sql';

/**
 * Streams whole records into a range that is empty at the state: 0.68 of a dump's time with two
 * ranges at once (docs/data-path.md).
 */

/** The page can't be taken as it is; it was rolled back and goes through the isolating path. */
export class PageRefused extends Error {
  override readonly name = 'PageRefused';
}

/**
 * Whether an object may be streamed at all: LOCAL turns errors into warnings, so the state's server
 * must check all. A view of the district may hold a key twice, or a record that can't be read.
 */
export function canStream({ long, object, references, districtShape }: ObjectMapping): boolean {
  const guarded = references.every(({ enforced }) => enforced);
  return !long && object.cycle === null && guarded && districtShape.kind === 'table';
}

/**
 * Writes records by LOAD DATA LOCAL.
 * @throws PageRefused on any warning (LOCAL skips duplicates and orphans and bends values, "all
 *   ok") or a short count
 */
export async function streamRecords(
  session: Session,
  { mapping, scope }: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const pairs = writtenPairs(mapping);
  const { affectedRows, warnings } = await session.load(
    loadStatement(mapping, scope),
    Readable.from([Buffer.from(linesOf(pairs, records), 'utf8')]),
  );
  if (warnings > 0 || affectedRows !== records.length)
    throw new PageRefused('The state refused some record.');
}

function loadStatement({ stateTable, tenant, pairs, ownedPairs }: ObjectMapping, scope: RecordScope): string {
  const fields: string[] = [];
  const sets = tenant === null ? [] : [`${quoteName(tenant.column.name)} = ${tenantLiteral(tenant, scope)}`];
  for (const [i, { name, write }] of [...pairs, ...ownedPairs].entries()) {
    const column = quoteName(name);
    if (write === 'bytes' || write === 'unsigned') {
      fields.push(`@v${i}`);
      sets.push(`${column} = ${write === 'bytes' ? `UNHEX(@v${i})` : `CAST(@v${i} AS UNSIGNED)`}`);
    } else fields.push(column);
  }
  return `LOAD DATA LOCAL INFILE 'records' INTO TABLE ${stateTable} CHARACTER SET utf8mb4
    FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n'
    (${fields.join(', ')})${sets.length === 0 ? '' : ` SET ${sets.join(', ')}`}`;
}

function linesOf(pairs: readonly ColumnPair[], records: readonly DistrictRecord[]): string {
  const lines: string[] = [];
  for (const { values } of records) {
    let line = '';
    for (let i = 0; i < pairs.length; i += 1) line += (i === 0 ? '' : '\t') + field(values[i]!);
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

const special = /[\\\t\n\r\0]/;

function field(value: FetchedValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (!special.test(value)) return value;
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0');
}
