import { Readable } from 'node:stream';
import type { RecordScope } from '../../domain/range';
import type { ColumnPair } from '../columns/pair';
import type { PageJob } from '../mapping/job';
import { tenantLiteral } from '../mapping/tenant';
import type { ObjectMapping } from '../mapping/types';
import { DatabaseError } from '../connection/errors';
import type { Edition, Session, WriteResult } from '../connection/pools';
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
export function canStream(
  state: Edition,
  { long, object, references, districtShape, triggerColumns }: ObjectMapping,
): boolean {
  if (!state.takesStreams || districtShape.kind !== 'table') return false;
  if (triggerColumns.length > 0) return false; // what triggers make of records is looked at
  return !long && object.cycle === null && references.every(({ enforced }) => enforced);
}

/**
 * Writes records by LOAD DATA LOCAL.
 * @throws PageRefused on any warning (LOCAL skips duplicates and orphans and bends values, "all
 *   ok"), a short count or an error that a record or the size causes, and where the server takes no
 *   such statement
 */
export async function streamRecords(
  session: Session,
  { mapping, scope, editions }: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  if (records.length === 0) return;
  if (needsStatements(mapping, records)) throw new PageRefused('A record needs a statement of its own.');
  const lines = Buffer.from(linesOf(writtenPairs(mapping), records), 'utf8');
  const pieces = Readable.from(piecesOf(lines, session.maxPacketBytes));
  const { affectedRows, warnings } = await load(
    session,
    editions.state,
    loadStatement(mapping, scope),
    pieces,
  );
  if (warnings > 0 || affectedRows !== records.length)
    throw new PageRefused('The state refused some record.');
}

/** The statement isn't allowed: by local_infile of MariaDB, of MySQL, of older servers. */
const notAllowed = new Set([4166, 3948, 1148]);

async function load(session: Session, state: Edition, sql: string, stream: Readable): Promise<WriteResult> {
  try {
    return await session.load(sql, stream);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (notAllowed.has(error.errno ?? 0)) state.refusedStream();
    else if (error.errorClass !== 'shrink' && error.errorClass !== 'record') throw error;
    throw new PageRefused(error.message);
  }
}

/** Bytes sent at once. */
const pieceBytes = 1_000_000;

/** The driver sends each piece of a stream as one packet, which the server takes up to a size. */
function* piecesOf(lines: Buffer, maxPacketBytes: number): Generator<Buffer> {
  const size = Math.min(pieceBytes, Math.floor(maxPacketBytes / 2));
  for (let at = 0; at < lines.length; at += size) yield lines.subarray(at, at + size);
}

/** Text that is sent as bytes, and defaults of the state's own columns, no file can have. */
function needsStatements(mapping: ObjectMapping, records: readonly DistrictRecord[]): boolean {
  const own = mapping.pairs.length;
  return writtenPairs(mapping).some(({ name, write }, i) => {
    const text = write === 'text';
    const defaults = i >= own && mapping.stateShape.columns.get(name)!.hasDefault;
    if (!text && !defaults) return false;
    return records.some(({ values }) =>
      defaults && values[i] === null ? true : text && Buffer.isBuffer(values[i]),
    );
  });
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
