import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface DryRun {
  readonly status: string;
  readonly kind: string;
  readonly equal: boolean | null;
  readonly estimate: { readonly text: string } | null;
  readonly objectResults: readonly {
    readonly object: string;
    readonly predicted: Readonly<Record<string, number>>;
  }[];
}

interface Loop extends Resync {
  readonly message: string | null;
  readonly verifications: readonly { readonly verificationId: string; readonly equal: boolean | null }[];
}

/**
 * East drifts, has the mending predicted, lets one run find, mend and verify it, and lets another
 * find nothing.
 */
export async function verifiedResync({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('East makes a dry run, and lets one run find, mend and verify');
  const east = stage.numberOf('east');
  const ofState = (columns: string): string =>
    `SELECT ${columns} FROM Enrollment WHERE districtID = ? AND endYear = ?`;
  await teller.also('SQL by hand at the state: start dates change, contacts are deleted', async () => {
    await stage.sql(
      'state',
      `UPDATE Enrollment SET startDate = startDate - INTERVAL 2 DAY
        WHERE districtID = ? AND endYear = ? ORDER BY enrollmentID LIMIT 3`,
      [east, firstYear],
    );
    await stage.sql(
      'state',
      'DELETE FROM CensusContactSummary WHERE districtID = ? ORDER BY censusContactSummaryID LIMIT 2',
      [east],
    );
    return '3 enrollments changed, 2 contact summaries deleted';
  });
  const sums = async (): Promise<string> => {
    const parts: string[] = [];
    for (const where of ['east', 'state'] as const) {
      const rows = await stage.sql(where, 'CHECKSUM TABLE Enrollment, CensusContactSummary, PersonIdentity');
      parts.push(...rows.map((row) => `${where} ${String(row['Checksum'])}`));
    }
    return parts.join(', ');
  };
  const sumsBefore = await sums();

  const { verificationId } = await teller.step<{ verificationId: string }>({
    does: 'East asks what a resync of everything would come to',
    as: people.east,
    method: 'POST',
    path: '/districts/east/resyncs',
    body: { objects: 'all', dryRun: true },
    status: 202,
    tells: (accepted) => `dry run ${accepted.verificationId}`,
  });
  await teller.until<DryRun>({
    does: 'it predicts three updates and two inserts, and how long it would take',
    as: people.east,
    path: `/verifications/${verificationId}`,
    done: ({ status }) => ['finished', 'failed', 'cancelled'].includes(status),
    tells: ({ kind, status, estimate, objectResults }) => {
      must(kind === 'dryRun' && status === 'finished' && estimate !== null, `a dry run that ${status}`);
      const changes = objectResults
        .filter(({ predicted }) => predicted['inserted']! + predicted['updated']! > 0)
        .map(({ object, predicted }) => `${object} ${predicted['inserted']}+${predicted['updated']}`)
        .toSorted();
      must(changes.join() === 'CensusContactSummary 2+0,Enrollment 0+3', changes.join(', '));
      return `${changes.join(', ')}. ${estimate!.text}`;
    },
  });
  await teller.also('the dry run wrote nothing at either edition', async () => {
    const after = await sums();
    must(after === sumsBefore, `${after}, not ${sumsBefore}`);
    return 'checksums as before';
  });

  const loop = async (does: string, tells: (run: Loop) => string): Promise<void> => {
    const { resyncId } = await teller.step<Accepted>({
      does: 'East starts a resync that verifies',
      as: people.east,
      method: 'POST',
      path: '/districts/east/resyncs',
      body: { objects: 'all', verify: 'beforeAndAfter', scenario: 'DATABASE_MODIFICATION' },
      status: 202,
      tells: (accepted) => `resync ${accepted.resyncId}`,
    });
    await teller.until<Loop>({ does, as: people.east, path: `/resyncs/${resyncId}`, done: ended, tells });
  };
  await loop('it sends the two objects that drifted, no other, and verifies the rest equal', (run) => {
    must(run.status === 'finished' && run.color === 'green', outcomeOf(run));
    const sent = run.objectResults!.map(({ object }) => object).toSorted();
    must(sent.join() === 'CensusContactSummary,Enrollment', sent.join());
    must(run.totals!.inserted === 2 && run.totals!.updated === 3, outcomeOf(run));
    must(run.verifications.map(({ equal }) => equal).join() === 'false,true', 'drift before, equal after');
    return `${run.message} ${outcomeOf(run)}`;
  });
  await teller.also('the databases agree, date by date', async () => {
    const [district] = await stage.sql(
      'east',
      'SELECT COUNT(*) AS n, SUM(TO_DAYS(startDate)) AS days FROM Enrollment WHERE endYear = ?',
      [firstYear],
    );
    const [state] = await stage.sql('state', ofState('COUNT(*) AS n, SUM(TO_DAYS(startDate)) AS days'), [
      east,
      firstYear,
    ]);
    const [here, there] = [district, state].map((row) => `${row!['n']} of ${row!['days']} days in all`);
    must(here === there, `${here} at the district, ${there} at the state`);
    const contacts = await countBoth(stage, 'east', 'CensusContactSummary', firstYear);
    must(contacts.district === contacts.state, JSON.stringify(contacts));
    return `${there}; ${contacts.state} contact summaries`;
  });
  await loop('another one finds nothing to send, and sends nothing', (run) => {
    must(run.status === 'finished' && run.color === 'green', outcomeOf(run));
    must(run.objectResults!.length === 0 && run.verifications.length === 1, 'one verification, nothing sent');
    return run.message ?? '';
  });
}
