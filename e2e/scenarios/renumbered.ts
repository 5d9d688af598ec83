import { belowEnrollment } from '../editions';
import type { Scene } from '../actors';
import { must } from '../narrator';
import { mustBeGreen, mustShowErrors, sendAndFollow } from '../send-and-follow';

interface Conflicts {
  readonly items: readonly {
    readonly id: number;
    readonly object: string;
    readonly code: string;
    readonly action: string;
    readonly key: readonly string[] | null;
    readonly formerKey: readonly string[] | null;
  }[];
}

interface Resolved {
  readonly changes: readonly { readonly object: string; readonly records: number }[];
}

/**
 * East's application gives an enrollment another number. It is found as what it is, and the state
 * carries the number over with all that refers to it.
 */
export async function renumbered(scene: Scene): Promise<void> {
  const { stage, teller, people } = scene;
  teller.chapter('An enrollment of East is renumbered');
  const [pupil] = await stage.sql(
    'east',
    'SELECT MAX(enrollmentID) AS id FROM AttendanceExactCount JOIN Enrollment USING (enrollmentID)',
  );
  const former = Number(pupil!['id']);
  const number = 990_001;
  const before = await belowEnrollment(stage, 'east', { district: 'east', id: former });
  await teller.also(
    'a merge of databases gives it another number at East, and what is below it',
    async () => {
      const tables = ['Enrollment', ...before.keys()];
      await stage.sql(
        'east',
        `SET foreign_key_checks = 0; ${tables.map((table) => `UPDATE ${table} SET enrollmentID = ${number} WHERE enrollmentID = ${former}`).join('; ')}`,
      );
      return `${former} is ${number}, in ${tables.join(', ')}`;
    },
  );
  await sendAndFollow(scene, 'east', {
    does: 'East sends everything',
    body: { objects: 'all' },
    ends: '… which is not green, whoever sends it',
    judge: mustShowErrors,
  });
  const conflicts = '/districts/east/identity-conflicts';
  const { items } = await teller.step<Conflicts>({
    does: 'East sees what it is: one record under two numbers, and whose it is to mend',
    as: people.east,
    path: conflicts,
    status: 200,
    tells: ({ items: [found, ...others] }) => {
      must(found?.code === 'RENUMBERED' && found.object === 'Enrollment', `RENUMBERED, not ${found?.code}`);
      must(found!.key?.join() === `${number}` && found!.formerKey?.join() === `${former}`, 'both numbers');
      must(others.length === 0, `nothing else, not ${others.length} more`);
      return `${found!.object} ${former} → ${number}: ${found!.action}`;
    },
  });
  const path = `${conflicts}/${items[0]!.id}/resolve`;
  const body = { action: 'carryKey', reason: 'East has merged two databases; confirmed by its registrar.' };
  await teller.step({
    does: 'East would like to resolve it itself',
    as: people.east,
    method: 'POST',
    path,
    body,
    status: 403,
  });
  const told = ({ changes }: Resolved): string =>
    changes.map(({ object, records }) => `${records} ${object}`).join(', ');
  const expected = ({ changes }: Resolved): void => {
    const counts = new Map(changes.map(({ object, records }) => [object, records]));
    must(counts.get('Enrollment') === 1, 'the enrollment');
    for (const [table, records] of before)
      must(counts.get(table) === records, `${records} of ${table}, not ${counts.get(table)}`);
  };
  await teller.step<Resolved>({
    does: 'the state looks what would be changed',
    as: people.state,
    method: 'POST',
    path,
    body: { ...body, preview: true },
    status: 200,
    tells: (preview) => {
      expected(preview);
      return told(preview);
    },
  });
  const below = (id: number) => belowEnrollment(stage, 'state', { district: 'east', id });
  await teller.also('… which changes nothing yet', async () => {
    must((await below(number)).size === 0 && (await below(former)).size === before.size, 'as before');
    return '';
  });
  await teller.step<Resolved>({
    does: 'the state carries the number over, with its reason',
    as: people.state,
    method: 'POST',
    path,
    body,
    status: 200,
    tells: (resolved) => {
      expected(resolved);
      return told(resolved);
    },
  });
  await teller.also('the state has all of it under the new number, and none under the old', async () => {
    must((await below(former)).size === 0, 'none under the old');
    must([...(await below(number))].join() === [...before].join(), 'all under the new');
    return '';
  });
  await sendAndFollow(scene, 'east', {
    does: 'East sends them again',
    body: { objects: ['Enrollment', ...before.keys()], checkDependencies: false },
    ends: '… which is green, and had nothing to write',
    judge: (resync) => {
      mustBeGreen(resync);
      must(resync.totals?.inserted === 0 && resync.totals.updated === 0, 'nothing is written');
    },
  });
  await teller.step<{ items: readonly { action: string; detail?: unknown }[] }>({
    does: 'the audit has who resolved it, and why',
    as: people.state,
    path: '/audit?limit=20',
    status: 200,
    tells: (audit) => {
      must(JSON.stringify(audit).includes(body.reason), 'the reason is in the audit');
      return '';
    },
  });
}
