import type { RecordKey } from '../../domain/record-error';
import { keyLiteral, keyText } from '../columns/key-column';
import type { ColumnPair } from '../columns/pair';
import { DatabaseError } from '../connection/errors';
import type { PageJob } from '../mapping/job';
import { keyInterval, keyList, keyOf, keyOrder, keySelect } from '../mapping/keyset';
import type { Session } from '../connection/session';
import { stateTenant, where } from '../mapping/scope';
import { quoteName, quoteText } from '../connection/sql';
import { pairsOf } from './state-id-register';

/** A record whose ID isn't settled, under lock. */
export interface Unsettled {
  readonly key: RecordKey;
  /** As the state has it. */
  readonly shownGuid: string | null;
  readonly id: string | null;
}

/** One whose GUID can be entered. */
export interface Known extends Unsettled {
  readonly shownGuid: string;
  /** In lower case, as the register has it. */
  readonly guid: string;
}

/** The column of the state's table that is assigned, in SQL. */
export class AssignedColumn {
  readonly pair: ColumnPair;
  readonly name: string;
  private readonly id: string;
  private readonly guid: string;

  constructor(private readonly job: PageJob) {
    const { object, ownedPairs, guid } = job.mapping;
    const pair = ownedPairs.find(({ name }) => name === object.stateAssigned);
    if (!pair || !guid)
      throw new DatabaseError(
        `${object.name} can't be given its ${object.stateAssigned}: both sides need that column and a GUID.`,
        { errorClass: 'configuration', side: 'state' },
      );
    this.pair = pair;
    this.name = pair.name;
    this.id = `CONVERT(t.${quoteName(pair.name)} USING utf8mb4) COLLATE utf8mb4_bin`;
    this.guid = `LOWER(${keyText(guid.state, 't.')})`;
  }

  /** Records without an ID, and those whose ID the register doesn't have or has otherwise. */
  async unsettledKeys(after: RecordKey | null, limit: number): Promise<RecordKey[]> {
    const { editions, mapping, scope } = this.job;
    const { stateKey, stateTable } = mapping;
    // The register's collation must meet the GUID's by itself: it is what its index is looked up
    // by.
    const registered = `(SELECT a.stateID FROM ${editions.control}.stateIdAssignment a
                          WHERE a.guid = CONVERT(${this.guid} USING ascii) COLLATE ascii_bin)`;
    const rows = await editions.state.rows(
      `SELECT ${keySelect(stateKey)} FROM ${stateTable} t
        ${where([
          ...stateTenant(mapping, scope),
          ...keyInterval(stateKey, { after, upTo: null }),
          `(t.${quoteName(this.name)} IS NULL OR NOT (${registered} <=> ${this.id}))`,
        ])}
        ORDER BY ${keyOrder(stateKey)} LIMIT ${limit}`,
    );
    return rows.map((row) => keyOf(stateKey, row));
  }

  async lock(session: Session, keys: readonly RecordKey[]): Promise<Unsettled[]> {
    const { mapping, scope } = this.job;
    const { stateKey, stateTable } = mapping;
    const rows = await session.rows(
      `SELECT ${keySelect(stateKey)}, ${keyText(mapping.guid!.state, 't.')}, ${this.id} FROM ${stateTable} t
        ${where([...stateTenant(mapping, scope), keyList(stateKey, keys)])} FOR UPDATE`,
    );
    const at = stateKey.columns.length;
    return rows.map((row) => ({
      key: keyOf(stateKey, row),
      shownGuid: textOrNull(row[at]),
      id: textOrNull(row[at + 1]),
    }));
  }

  /** IDs that records of any district with these GUIDs have, by GUID in lower case. */
  async idsOf(session: Session, records: readonly Known[]): Promise<Map<string, string>> {
    const { mapping } = this.job;
    const { state: column } = mapping.guid!;
    const literals = records.map(({ shownGuid }) => keyLiteral(column, shownGuid));
    const rows = await session.rows(
      `SELECT ${this.guid}, MIN(${this.id}) FROM ${mapping.stateTable} t
        WHERE t.${quoteName(column.name)} IN (${literals.join(', ')})
          AND t.${quoteName(this.name)} IS NOT NULL GROUP BY 1`,
    );
    return pairsOf(rows);
  }

  /**
   * Of some IDs those that a record of any district has. An index on the column makes it a look-up.
   */
  async taken(session: Session, ids: readonly string[]): Promise<Set<string>> {
    const literals = ids.map((id) => (this.pair.write === 'text' ? quoteText(id) : id));
    const rows = await session.rows(
      `SELECT DISTINCT ${this.id} FROM ${this.job.mapping.stateTable} t
        WHERE t.${quoteName(this.name)} IN (${literals.join(', ')})`,
    );
    return new Set(rows.map(([id]) => String(id)));
  }
}

/**
 * The record with its GUID as the register has it.
 * @returns `null`: it has none, or one that is none
 */
export function knownOf(record: Unsettled): Known | null {
  const { shownGuid } = record;
  // What the register's column can hold: anything else is no GUID.
  if (shownGuid === null || !/^[\x21-\x7e]{1,64}$/.test(shownGuid)) return null;
  return { ...record, shownGuid, guid: shownGuid.toLowerCase() };
}

function textOrNull(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
