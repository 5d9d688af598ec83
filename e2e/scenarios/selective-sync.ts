import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface Preview {
  readonly previewId: string;
  readonly status: string;
  readonly objects:
    | readonly {
        readonly object: string;
        readonly records: number;
        readonly asked: number;
        readonly descendants: number;
        readonly ancestors: number;
      }[]
    | null;
}

/** Tables of what hangs below a student, children first, and the student's columns in them. */
const byEnrollment = ['Roster', 'AttendanceExactCount'];
const byPerson = ['CensusContactSummary', 'Transportation', 'Enrollment', 'PersonIdentity'];

/**
 * A student vanished at the state: previewed, sent with ancestors and all that hangs below, and
 * nothing else touched.
 */
export async function selectiveSync({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('One student of East is sent again');
  const tenant = stage.numberOf('east');
  const [student] = await stage.sql(
    'east',
    `SELECT e.personID, e.enrollmentID FROM Enrollment e JOIN Roster r USING (enrollmentID)
      WHERE e.endYear = ? ORDER BY e.personID LIMIT 1`,
    [firstYear],
  );
  const personID = Number(student?.['personID']);
  const countOf = async (where: 'east' | 'state', table: string): Promise<number> => {
    const own = where === 'state' ? `t.districtID = ${tenant}` : 'TRUE';
    const of = byEnrollment.includes(table)
      ? `t.enrollmentID IN (SELECT enrollmentID FROM Enrollment WHERE personID = ${personID} AND endYear = ${firstYear}${
          where === 'state' ? ` AND districtID = ${tenant}` : ''
        })`
      : `t.personID = ${personID}${table === 'Enrollment' ? ` AND t.endYear = ${firstYear}` : ''}`;
    const [row] = await stage.sql(where, `SELECT COUNT(*) AS n FROM ${table} t WHERE ${own} AND ${of}`);
    return Number(row?.['n']);
  };
  const total = async (table: string): Promise<number> => {
    const [row] = await stage.sql('state', `SELECT COUNT(*) AS n FROM ${table}`);
    return Number(row?.['n']);
  };
  const tables = [...byEnrollment, ...byPerson];
  const whole = new Map<string, number>();
  for (const table of tables) whole.set(table, await total(table));

  await teller.also(
    'somebody deletes a student and all of his records at the state, and damages another, by SQL',
    async () => {
      const at = `districtID = ${tenant}`;
      const enrollments = `SELECT enrollmentID FROM Enrollment WHERE ${at} AND personID = ${personID}`;
      await stage.sql(
        'state',
        [
          'SET foreign_key_checks = 0',
          ...byEnrollment.map(
            (table) => `DELETE FROM ${table} WHERE ${at} AND enrollmentID IN (${enrollments})`,
          ),
          ...byPerson.map((table) => `DELETE FROM ${table} WHERE ${at} AND personID = ${personID}`),
          `UPDATE PersonIdentity SET firstName = 'Damaged' WHERE ${at} AND personID <> ${personID} ORDER BY personID DESC LIMIT 1`,
        ].join('; '),
      );
      for (const table of tables) must((await countOf('state', table)) === 0, `no ${table} of the student`);
      return tables.join(', ');
    },
  );

  const asked = { object: 'PersonIdentity', key: [String(personID)] };
  await teller.step({
    does: 'east asks for a student it doesn’t have',
    as: people.east,
    method: 'POST',
    path: '/districts/east/selective-syncs/preview',
    body: { ...asked, key: ['999999999'] },
    status: 422,
  });
  const { previewId } = await teller.step<Preview>({
    does: 'east asks what sending the student would send',
    as: people.east,
    method: 'POST',
    path: '/districts/east/selective-syncs/preview',
    body: asked,
    status: 202,
  });
  const preview = await teller.until<Preview>({
    does: '… and is told, by object',
    as: people.east,
    path: `/selective-syncs/previews/${previewId}`,
    done: ({ status }) => status !== 'running',
    tells: ({ status, objects }) => {
      must(status === 'done', 'it is done');
      return objects!.map(({ object, records }) => `${records} ${object}`).join(', ');
    },
  });
  await teller.also(
    'the preview counts what the district’s own tables have of the student, and sent nothing',
    async () => {
      for (const table of tables) {
        const shown = preview.objects!.find(({ object }) => object === table);
        const own = (shown?.asked ?? 0) + (shown?.descendants ?? 0);
        const there = await countOf('east', table);
        must(own === there, `${there} ${table}, not ${own}`);
        must((await countOf('state', table)) === 0, `no ${table} at the state`);
      }
      return '';
    },
  );
  const { resyncId } = await teller.step<Accepted>({
    does: 'east sends the student with ancestors and all that hangs below',
    as: people.east,
    method: 'POST',
    path: '/districts/east/selective-syncs',
    body: asked,
    status: 202,
  });
  await teller.until<Resync>({
    does: 'it ends green',
    as: people.east,
    path: `/selective-syncs/${resyncId}`,
    done: ended,
    tells: (resync) => {
      must(resync.status === 'finished' && resync.color === 'green', 'it is green');
      const records = preview.objects!.reduce((sum, object) => sum + object.records, 0);
      must(resync.totals?.processed === records, `${records} records, as previewed`);
      return outcomeOf(resync);
    },
  });
  await teller.also('all of the student is back, and the damaged neighbor was not looked at', async () => {
    for (const table of tables) {
      must((await countOf('state', table)) === (await countOf('east', table)), `${table} of the student`);
      must((await total(table)) === whole.get(table), `as many ${table} as before`);
    }
    const damaged = await stage.sql('state', `SELECT 1 FROM PersonIdentity WHERE firstName = 'Damaged'`);
    must(damaged.length === 1, 'the neighbor is as damaged as before');
    return '';
  });
  const mending = await teller.step<Accepted>({
    does: 'a resync of the people mends the neighbor, too',
    as: people.east,
    method: 'POST',
    path: '/districts/east/resyncs',
    body: { objects: ['PersonIdentity'], checkDependencies: false },
    status: 202,
  });
  await teller.until<Resync>({
    does: '… and finds nothing else to write',
    as: people.east,
    path: `/resyncs/${mending.resyncId}`,
    done: ended,
    tells: (resync) => {
      must(resync.totals?.updated === 1 && resync.totals.inserted === 0, 'one record updated');
      return outcomeOf(resync);
    },
  });
}
