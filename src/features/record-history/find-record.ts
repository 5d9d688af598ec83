import { countNames } from '../../domain/outcome';
import { correctionsRange } from '../../domain/range';
import { inflateRawSync } from 'node:zlib';
import type { Knex } from 'knex';
import { canonicalKey, KeyFormError, type KeyOrder } from '../../domain/key-order';
import {
  type ErrorOutcome,
  formatRecordKey,
  parseRecordKey,
  type RecordKey,
} from '../../domain/record-error';
import { type MarkedOutcome, markedOutcomes, readMarks } from '../../domain/record-marks';
import type { CountRow } from '../resyncs/ledger-sums';
import { selectRows } from '../../control/database';
import { hasSpellings, isPossible, isSame, isUpTo } from './key-conditions';

/** Runs whose keys compare alike. */
export interface RunGroup {
  /**
   * `null`: it isn't known how; only exact texts are found then, and no page is said to cover a
   * key.
   */
  readonly order: KeyOrder | null;
  /** Runs of whole objects, whose pages cover stretches of the key. */
  readonly whole: readonly string[];
  /** Runs of chosen records, whose pages cover nothing but these. */
  readonly selections: readonly string[];
}

/** What the records of one run say of a record. */
export interface Finding {
  readonly at: string;
  readonly outcome: MarkedOutcome | ErrorOutcome | 'removed';
  /** By itself; otherwise by a page in which everything was equal. */
  readonly named: boolean;
  /** Why it did not reach the state; `null`: it did, or was no longer there. */
  readonly error: {
    readonly code: string;
    readonly field: string | null;
    readonly message: string;
    readonly parent: { readonly object: string; readonly key: RecordKey } | null;
  } | null;
}

interface Question {
  readonly object: string;
  readonly key: RecordKey;
}

/**
 * Looks a record up in what some runs left. The last word of a run counts: a stored error (one
 * that was resolved has none any more), then a removal, then a correction, then the page.
 * @returns by resync; a run that left nothing about the record has none
 */
export async function findRecord(
  control: Knex,
  { object, key }: Question,
  group: RunGroup,
): Promise<ReadonlyMap<string, Finding>> {
  const findings = new Map<string, Finding>();
  const canonical = canonicalOf(group.order, key);
  if (canonical === null) return findings;
  const lookup = new Lookup(control, object, group.order, canonical);
  if (group.whole.length > 0) await lookup.pages(group.whole, findings);
  await lookup.corrections(group, findings);
  const all = [...group.whole, ...group.selections];
  await lookup.removals(all, findings);
  await lookup.errors(all, findings);
  return findings;
}

/** `null`: a key of this form was none in these runs. */
function canonicalOf(order: KeyOrder | null, key: RecordKey): RecordKey | null {
  if (order === null) return key;
  try {
    return canonicalKey(order, key);
  } catch (error) {
    if (error instanceof KeyFormError) return null;
    throw error;
  }
}

interface MarksRow {
  readonly resyncID: string;
  readonly writtenAt: string;
  readonly marks: Buffer | null;
}

interface PageRow extends MarksRow, CountRow {
  readonly recordsRead: number;
}

interface RemovalRow {
  readonly resyncID: string;
  readonly settledAt: string;
}

interface ErrorRow {
  readonly resyncID: string;
  readonly outcome: ErrorOutcome;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  readonly parentObject: string | null;
  readonly parentKey: string | null;
  readonly createdAt: string;
}

const list = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

class Lookup {
  constructor(
    private readonly control: Knex,
    private readonly object: string,
    private readonly order: KeyOrder | null,
    private readonly key: RecordKey,
  ) {}

  /**
   * The page that covers the key: the first of the first range that reaches as far, in the
   * district's order.
   */
  async pages(resyncIds: readonly string[], findings: Map<string, Finding>): Promise<void> {
    const { order, key, object } = this;
    if (order === null) return;
    const range = isUpTo(order, key, 'r.upToKey');
    const page = isUpTo(order, key, 'l.upToKey');
    const possible = isPossible(order, key);
    const counts = countNames.map((column) => `p.${column}`).join(', ');
    const rows = await selectRows<PageRow>(
      this.control,
      `SELECT p.resyncID, p.writtenAt, p.recordsRead, ${counts}, m.marks
         FROM (SELECT x.resyncID, x.rangeNo,
                      (SELECT l.pageNo FROM rangeLedger l
                        WHERE l.resyncID = x.resyncID AND l.objectName = ? AND l.rangeNo = x.rangeNo AND ${page.sql}
                        ORDER BY l.pageNo LIMIT 1) AS pageNo
                 FROM (SELECT h.resyncID,
                              (SELECT r.rangeNo FROM resyncRange r
                                WHERE r.resyncID = h.resyncID AND r.objectName = ? AND ${range.sql}
                                ORDER BY r.rangeNo LIMIT 1) AS rangeNo
                         FROM DISBatchHistory h
                        WHERE h.objectName = ? AND h.resyncID IN (${list(resyncIds)}) AND ${possible.sql}) x) c
         JOIN rangeLedger p ON p.resyncID = c.resyncID AND p.objectName = ? AND p.rangeNo = c.rangeNo AND p.pageNo = c.pageNo
         LEFT JOIN recordMarks m ON m.resyncID = p.resyncID AND m.objectName = p.objectName
               AND m.rangeNo = p.rangeNo AND m.pageNo = p.pageNo`,
      [
        object,
        ...page.bindings,
        object,
        ...range.bindings,
        object,
        ...resyncIds,
        ...possible.bindings,
        object,
      ],
    );
    for (const row of rows) {
      const outcome = row.marks === null ? equalPage(row) : await this.markOf(row.marks);
      if (outcome !== null)
        findings.set(row.resyncID, { at: row.writtenAt, outcome, named: row.marks !== null, error: null });
    }
  }

  /**
   * The closing retry's corrections, and the pages of chosen records: neither covers a stretch of
   * the key.
   */
  async corrections({ whole, selections }: RunGroup, findings: Map<string, Finding>): Promise<void> {
    const all = [...whole, ...selections];
    const rows = await selectRows<MarksRow>(
      this.control,
      `SELECT m.resyncID, l.writtenAt, m.marks
         FROM recordMarks m
         JOIN rangeLedger l ON l.resyncID = m.resyncID AND l.objectName = m.objectName
              AND l.rangeNo = m.rangeNo AND l.pageNo = m.pageNo
        WHERE m.objectName = ? AND m.resyncID IN (${list(all)})
              AND (m.rangeNo = ${correctionsRange} ${selections.length === 0 ? '' : `OR m.resyncID IN (${list(selections)})`})
        ORDER BY m.resyncID, m.rangeNo = ${correctionsRange}, m.rangeNo, m.pageNo`,
      [this.object, ...all, ...selections],
    );
    for (const { resyncID, writtenAt, marks } of rows) {
      const outcome = await this.markOf(marks!);
      if (outcome !== null) findings.set(resyncID, { at: writtenAt, outcome, named: true, error: null });
    }
  }

  /** Records gone at the district that the run removed at the state, too. */
  async removals(resyncIds: readonly string[], findings: Map<string, Finding>): Promise<void> {
    const rows = await this.byKey<RemovalRow>(
      `SELECT resyncID, settledAt FROM removal WHERE status = 'removed'`,
      resyncIds,
    );
    for (const { resyncID, settledAt } of rows)
      findings.set(resyncID, { at: settledAt, outcome: 'removed', named: true, error: null });
  }

  async errors(resyncIds: readonly string[], findings: Map<string, Finding>): Promise<void> {
    const rows = await this.byKey<ErrorRow>(
      `SELECT resyncID, outcome, code, field, message, parentObject, parentKey, createdAt
         FROM recordError FORCE INDEX (one_error) WHERE TRUE`,
      resyncIds,
    );
    for (const row of rows) findings.set(row.resyncID, toFinding(row));
  }

  /**
   * Rows of a table with one row a record and run: by the key's text, and in the other runs by its
   * other spellings.
   */
  private async byKey<Row extends { readonly resyncID: string }>(
    select: string,
    resyncIds: readonly string[],
  ): Promise<Row[]> {
    const { control, object, order, key } = this;
    const among = (ids: readonly string[], condition: string, bindings: readonly string[]): Promise<Row[]> =>
      selectRows<Row>(
        control,
        `${select} AND resyncID IN (${list(ids)}) AND objectName = ? AND ${condition}`,
        [...ids, object, ...bindings],
      );
    const rows = await among(resyncIds, 'recordKey = ?', [formatRecordKey(key)]);
    const found = new Set(rows.map(({ resyncID }) => resyncID));
    const others = resyncIds.filter((id) => !found.has(id));
    if (order === null || !hasSpellings(order) || others.length === 0) return rows;
    const same = isSame(order, key, (at) => `JSON_VALUE(recordKey, '$[${at}]')`);
    return [...rows, ...(await among(others, same.sql, same.bindings))];
  }

  /**
   * Under which outcome the marks name the key: written exactly so, or as another spelling of it.
   */
  private async markOf(deflated: Buffer): Promise<MarkedOutcome | null> {
    const { order, key } = this;
    const marks = readMarks(inflateRawSync(deflated).toString('utf8'));
    const text = formatRecordKey(key);
    const exact = markedOutcomes.find((outcome) => marks[outcome].includes(text));
    if (exact !== undefined) return exact;
    if (order === null || !hasSpellings(order)) return null;
    const same = isSame(order, key, (at) => `j.k${at}`);
    const columns = order.map((_, at) => `k${at} VARCHAR(512) CHARACTER SET utf8mb4 PATH '$[${at}]'`);
    for (const outcome of markedOutcomes) {
      if (marks[outcome].length === 0) continue;
      const [found] = await selectRows(
        this.control,
        `SELECT 1 FROM JSON_TABLE(?, '$[*]' COLUMNS (${columns.join(', ')})) j WHERE ${same.sql} LIMIT 1`,
        [`[${marks[outcome].join(',')}]`, ...same.bindings],
      );
      if (found) return outcome;
    }
    return null;
  }
}

/**
 * A page without marks says something about its records only when all were equal, and there were
 * any.
 */
function equalPage(row: PageRow): 'unchanged' | null {
  const others = countNames.filter((column) => column !== 'unchanged' && row[column] !== 0);
  return others.length === 0 && row.unchanged > 0 && row.unchanged === row.recordsRead ? 'unchanged' : null;
}

function toFinding(row: ErrorRow): Finding {
  const { outcome, code, field, message, parentObject, parentKey, createdAt } = row;
  const parent =
    parentObject === null || parentKey === null
      ? null
      : { object: parentObject, key: parseRecordKey(parentKey) };
  return { at: createdAt, outcome, named: true, error: { code, field, message, parent } };
}
