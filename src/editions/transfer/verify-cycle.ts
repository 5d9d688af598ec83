import { parseRecordKey, formatRecordKey, type RecordKey } from '../../domain/record-error';
import { keyText } from '../columns/key-column';
import type { PageJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';
import { correctionsRange } from '../../domain/range';
import { nextCorrection } from './ledger';
import type { ReferenceMapping } from '../mapping/types';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { blockedBy } from './refusal';
import { stateTenant, where } from '../mapping/scope';
import { quoteName, quoteNumber, quoteText } from '../connection/sql';

interface Dangling {
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly reference: ReferenceMapping;
  readonly parentKey: RecordKey;
}

/**
 * After all members of a cycle (objects whose foreign keys form a circle, written with checks off):
 * records this run inserted whose parent within the cycle isn't at the state are taken back and
 * counted as blocked. Taking one back can make others dangle, so it is repeated until nothing does.
 * Records that were there before are never removed: an update is made only when its parents are
 * there already. Safe to repeat.
 * @param jobs one per member of the cycle
 * @throws DatabaseError
 */
export async function verifyCycle(jobs: readonly PageJob[]): Promise<{ takenBack: number }> {
  let takenBack = 0;
  for (;;) {
    let round = 0;
    for (const job of jobs) round += await takeBackDangling(job);
    takenBack += round;
    if (round === 0) break;
  }
  for (const job of jobs) await forgetInsertions(job);
  return { takenBack };
}

/** One pass over the records of a member that this run inserted. */
async function takeBackDangling(job: PageJob): Promise<number> {
  let takenBack = 0;
  let after: string | null = null;
  for (;;) {
    job.signal.throwIfAborted();
    const rows = await job.editions.state.rows(
      `SELECT recordKey FROM ${job.editions.control}.cycleInsertion
        WHERE ${insertionsOf(job)} ${after === null ? '' : `AND recordKey > ${quoteText(after)}`}
        ORDER BY recordKey LIMIT ${keysPerList}`,
    );
    if (rows.length === 0) return takenBack;
    const texts: string[] = rows.map(([key]) => String(key));
    after = texts.at(-1)!;
    const dangling = await danglingOf(job, texts.map(parseRecordKey));
    if (dangling.length > 0) takenBack += await takeBack(job, dangling);
  }
}

function insertionsOf({ fence, mapping }: PageJob): string {
  return `resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}`;
}

/**
 * Those of the given records that have a reference within the cycle to a record the state doesn't
 * have.
 */
async function danglingOf(job: PageJob, keys: readonly RecordKey[]): Promise<Dangling[]> {
  const { mapping, scope, editions } = job;
  const { stateKey, stateShape, guid } = mapping;
  const found = new Map<string, Dangling>();
  for (const reference of mapping.references.filter(({ inCycle }) => inCycle)) {
    const children = reference.columns.map((name) => stateShape.columns.get(name)!);
    const on = [
      ...(reference.parentTenant === null
        ? []
        : [`p.${quoteName(reference.parentTenant)} = ${quoteNumber(scope.districtNumber)}`]),
      ...reference.parentColumns.map(
        ({ name }, i) => `p.${quoteName(name)} = c.${quoteName(children[i]!.name)}`,
      ),
    ];
    const rows = await editions.state.rows(
      `SELECT ${keySelect(stateKey)}, ${guid ? keyText(guid.state) : 'NULL'}, ${children.map((column) => keyText(column)).join(', ')}
         FROM ${mapping.stateTable} c
        ${where([
          ...stateTenant(mapping, scope),
          keyList(stateKey, keys),
          ...children.map(({ name }) => `c.${quoteName(name)} IS NOT NULL`),
          `NOT EXISTS (SELECT 1 FROM ${reference.parentTable} p WHERE ${on.join(' AND ')})`,
        ])}`,
    );
    const at = stateKey.columns.length;
    for (const row of rows) {
      const key = keyOf(stateKey, row);
      const parentKey = row.slice(at + 1).map(String);
      const guidText = row[at] === null || row[at] === undefined ? null : String(row[at]);
      found.set(formatRecordKey(key), { key, guid: guidText, reference, parentKey });
    }
  }
  return [...found.values()];
}

/** Deletes the records and counts them as blocked instead of inserted, in one transaction. */
async function takeBack(job: PageJob, dangling: readonly Dangling[]): Promise<number> {
  const { mapping, scope, editions } = job;
  for (;;) {
    const page = {
      rangeNo: correctionsRange,
      pageNo: await nextCorrection(job),
      upTo: null,
      lastPage: false,
    };
    let takenBack: number | null = null;
    await writePage(job, page, async (session) => {
      const texts = dangling.map(({ key }) => quoteText(formatRecordKey(key)));
      // Only what is still noted as inserted: another attempt may have taken it back already.
      const noted = await session.rows(
        `SELECT recordKey FROM ${editions.control}.cycleInsertion
          WHERE ${insertionsOf(job)} AND recordKey IN (${texts.join(', ')}) FOR UPDATE`,
      );
      const tally = new PageTally();
      takenBack = noted.length;
      if (noted.length === 0) return tally;
      const ours = new Set(noted.map(([key]) => String(key)));
      const members = dangling.filter(({ key }) => ours.has(formatRecordKey(key)));
      await session.write(
        `DELETE FROM ${mapping.stateTable} ${where([
          ...stateTenant(mapping, scope),
          keyList(
            mapping.stateKey,
            members.map(({ key }) => key),
          ),
        ])}`,
      );
      await session.write(
        `DELETE FROM ${editions.control}.cycleInsertion WHERE ${insertionsOf(job)} AND recordKey IN (${texts.join(', ')})`,
      );
      tally.count('inserted', -members.length);
      for (const { key, guid, reference, parentKey } of members)
        tally.refuse(blockedBy(mapping, { key, guid }, reference, parentKey));
      return tally;
    });
    if (takenBack !== null) return takenBack;
  }
}

async function forgetInsertions(job: PageJob): Promise<void> {
  for (;;) {
    const rows = await job.editions.state.withSession((session) =>
      session.write(
        `DELETE FROM ${job.editions.control}.cycleInsertion WHERE ${insertionsOf(job)} LIMIT 10000`,
      ),
    );
    if (rows.affectedRows < 10_000) return;
  }
}
