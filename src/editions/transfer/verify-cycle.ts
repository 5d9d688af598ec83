import { formatRecordKey, parseRecordKey } from '../../domain/record-error';
import type { PageJob } from '../mapping/job';
import { keyList, keysPerList } from '../mapping/keyset';
import { withoutForeignKeyChecks } from './cycle-insertions';
import { type Dangling, danglingError, danglingOf, parentLinks } from './cycle-links';
import { nextCorrection } from './ledger';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { stateTenant, where } from '../mapping/scope';
import { quoteText } from '../connection/sql';

/**
 * After all members of a cycle (objects whose foreign keys form a circle, written with checks off):
 * records this run inserted whose parent isn't at the state are taken back and counted as blocked.
 * Taking one back can make others dangle, so it is repeated until nothing does. Records that were
 * there before are never removed: an update is made only when its parents are there for good. Safe
 * to repeat, and right at whatever point the members stopped.
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
  // Parents outside the cycle that the catalog knows were looked up before.
  const links = parentLinks(job).filter(({ inCycle, reference }) => inCycle || reference === null);
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
    const dangling = await danglingOf(job.editions.state, job, links, texts.map(parseRecordKey));
    if (dangling.size > 0) takenBack += await takeBack(job, [...dangling.values()]);
  }
}

function insertionsOf({ fence, mapping }: PageJob): string {
  return `resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}`;
}

/** Deletes the records and counts them as blocked instead of inserted, in one transaction. */
async function takeBack(job: PageJob, dangling: readonly Dangling[]): Promise<number> {
  const { mapping, scope, editions } = job;
  for (;;) {
    const page = await nextCorrection(job);
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
      await withoutForeignKeyChecks(session, () =>
        session.write(
          `DELETE FROM ${mapping.stateTable} ${where([
            ...stateTenant(mapping, scope),
            keyList(
              mapping.stateKey,
              members.map(({ key }) => key),
            ),
          ])}`,
        ),
      );
      await session.write(
        `DELETE FROM ${editions.control}.cycleInsertion WHERE ${insertionsOf(job)} AND recordKey IN (${texts.join(', ')})`,
      );
      tally.count('inserted', -members.length);
      for (const member of members) tally.refuse(danglingError(mapping, member));
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
