import { Readable } from 'node:stream';
import type { RecordScope } from '../../domain/range';
import { DatabaseError } from '../connection/errors';
import type { Edition } from '../connection/pools';
import type { Session, WriteResult } from '../connection/session';
import { quoteName, quoteText } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { tenantLiteral } from '../mapping/tenant';
import type { ObjectMapping } from '../mapping/types';
import { isOneWrites } from './ask-each';
import { fieldEnd, lineEnd, type Lines } from './lines';
import { mayBeRaised } from './raised-locks';
import { writtenPairs } from './records';

/**
 * Streams whole records into a range that is empty at the state, in less time than a dump takes
 * (docs/data-path.md).
 */

/** The page can't be taken as it is; it was rolled back and goes through the isolating path. */
export class PageRefused extends Error {
  override readonly name = 'PageRefused';
}

/**
 * Whether an object may be streamed at all: LOCAL turns errors into warnings, so the state's server
 * must check all. What no unique key guards may hold a key twice, a view of the district a record
 * that can't be read.
 */
export function canStream(
  state: Edition,
  { long, object, references, guarded, triggerColumns }: ObjectMapping,
): boolean {
  if (!state.takesStreams || !guarded.district || !guarded.state) return false;
  if (triggerColumns.length > 0) return false; // what triggers make of records is looked at
  return !long && object.cycle === null && references.every(({ enforced }) => enforced);
}

/**
 * Writes records by LOAD DATA LOCAL.
 * @throws PageRefused on any warning (LOCAL skips duplicates and orphans and bends values, "all
 *   ok"), a short count or an error that a record or the size causes, and where the server takes no
 *   such statement
 */
export async function streamLines(
  session: Session,
  { mapping, scope, editions }: PageJob,
  { sent, bytes, loadable }: Lines,
): Promise<void> {
  if (!loadable) throw new PageRefused('A record needs a statement of its own.');
  if (sent.length === 0) return;
  const pieces = Readable.from(piecesOf(bytes, session.maxPacketBytes));
  const { affectedRows, warnings } = await load(
    session,
    editions.state,
    loadStatement(mapping, scope),
    pieces,
  );
  if (warnings > 0 || affectedRows !== sent.length) throw new PageRefused('The state refused some record.');
}

/** The statement isn't allowed: by local_infile of MariaDB, of MySQL, of older servers. */
const notAllowed = new Set([4166, 3948, 1148]);

async function load(session: Session, state: Edition, sql: string, stream: Readable): Promise<WriteResult> {
  try {
    return await session.load(sql, stream);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    if (notAllowed.has(error.errno ?? 0)) state.refusedStream();
    // A trigger may say so; if it is the server that does, the page is repeated on its other way.
    else if (!isOneWrites(error) && !mayBeRaised(error)) throw error;
    throw new PageRefused(error.message);
  }
}

/** Bytes sent at once. */
const pieceBytes = 1_000_000;

/** The driver sends each piece of a stream as one packet, which the server takes up to a size. */
function* piecesOf(lines: Buffer, maxPacketBytes: number): Generator<Buffer> {
  const size = Math.min(pieceBytes, Math.floor(maxPacketBytes / 2));
  for (let at = 0; at < lines.length; at += size) yield lines.subarray(at, at + size);
  yield lineEnd;
}

function loadStatement(mapping: ObjectMapping, scope: RecordScope): string {
  const { stateTable, tenant } = mapping;
  const fields: string[] = [];
  const sets = tenant === null ? [] : [`${quoteName(tenant.column.name)} = ${tenantLiteral(tenant, scope)}`];
  for (const [i, { name, write }] of writtenPairs(mapping).entries()) {
    const column = quoteName(name);
    if (write === 'bytes' || write === 'unsigned') {
      fields.push(`@v${i}`);
      sets.push(`${column} = ${write === 'bytes' ? `UNHEX(@v${i})` : `CAST(@v${i} AS UNSIGNED)`}`);
    } else fields.push(column);
  }
  return `LOAD DATA LOCAL INFILE 'records' INTO TABLE ${stateTable} CHARACTER SET utf8mb4
    FIELDS TERMINATED BY ${quoteText(fieldEnd.toString())} ESCAPED BY '\\\\' LINES TERMINATED BY ${quoteText(lineEnd.toString())}
    (${fields.join(', ')})${sets.length === 0 ? '' : ` SET ${sets.join(', ')}`}`;
}
