import type { Alert } from '../answers';
import type { Scene } from '../actors';
import type { DistrictId } from '../environment';
import { must, type Person } from '../narrator';
import { mustBeGreen, mustShowErrors, sendAndFollow } from '../send-and-follow';

interface Conflicts {
  readonly items: readonly {
    readonly id: number;
    readonly side: string;
    readonly code: string;
    readonly key: readonly string[] | null;
    readonly heldBy: string | null;
    readonly sentBy: string | null;
  }[];
}

const task = 'Records Held by Another District';

/**
 * A student moves from North to South and keeps its GUID. Both districts and the state have one
 * task; the state confirms it, and both are green again.
 */
export async function transfer(scene: Scene): Promise<void> {
  const { stage, teller, people } = scene;
  teller.chapter('A student moves from North to South');
  const student = 885_001;
  const atSouth = 886_001;
  const body = { objects: ['PersonIdentity'], checkDependencies: false };
  const [{ guid }] = (await stage.sql('north', 'SELECT UUID() AS guid')) as [{ guid: string }];
  const enter = (district: DistrictId, id: number) =>
    stage.sql(
      district,
      'INSERT INTO PersonIdentity (personID, guid, lastName, firstName) VALUES (?, ?, ?, ?)',
      [id, guid, 'Mover', 'Story'],
    );
  const tellTask = async (
    who: Person,
    does: string,
    told: (alert: Alert) => void,
    open = true,
  ): Promise<void> => {
    await teller.step<{ items: readonly Alert[] }>({
      does,
      as: who,
      path: '/alerts?limit=500',
      status: 200,
      tells: ({ items }) => {
        const found = items.filter(({ name, closedAt }) => name === task && closedAt === null);
        must(found.length === (open ? 1 : 0), `${found.length} open tasks`);
        if (found[0]) told(found[0]);
        return found[0]?.text ?? 'none is open';
      },
    });
  };
  const atState = async (): Promise<ReadonlyMap<number, string>> => {
    const rows = await stage.sql(
      'state',
      'SELECT districtID, guid FROM PersonIdentity WHERE personID IN (?, ?) ORDER BY districtID',
      [student, atSouth],
    );
    return new Map(rows.map((row) => [Number(row['districtID']), String(row['guid'])]));
  };

  await teller.also('the student comes to North', async () => {
    await enter('north', student);
    return '';
  });
  await sendAndFollow(scene, 'north', { does: 'North sends its people', body });
  await teller.also('… moves to South, and South takes the student over under the same GUID', async () => {
    await enter('south', atSouth);
    return '';
  });
  await sendAndFollow(scene, 'south', {
    does: 'South sends its people',
    body,
    ends: '… which is not green: one is held by another district',
    judge: (resync) => {
      mustShowErrors(resync);
      must(resync.totals?.failed === 1, `one failed, not ${resync.totals?.failed}`);
    },
  });
  const notNamed = (name: string) => (alert: Alert) =>
    must(!alert.text.toLowerCase().includes(name), `${name} isn’t named`);
  await tellTask(
    people.south,
    'South is told what to ask the state, and not who the other is',
    notNamed('north'),
  );
  await tellTask(people.north, 'North is told that another district sends the student', notNamed('south'));
  await tellTask(people.state, 'the state is told both names', ({ text }) =>
    must(text.includes('south') && text.includes('north'), 'both names'),
  );
  await teller.step<Conflicts>({
    does: 'North finds its end of it',
    as: people.north,
    path: '/districts/north/identity-conflicts',
    status: 200,
    tells: ({ items: [mine] }) => {
      must(mine?.side === 'holder' && mine.sentBy === null && mine.key === null, 'without the other’s');
      return `${mine!.side}, ${mine!.code}`;
    },
  });
  const { items } = await teller.step<Conflicts>({
    does: 'the state looks at South’s end',
    as: people.state,
    path: '/districts/south/identity-conflicts',
    status: 200,
    tells: ({ items: [found] }) => {
      must(found?.code === 'HELD_BY_DISTRICT' && found.heldBy === 'north', 'held by North');
      return `${found!.code} ${found!.heldBy}`;
    },
  });
  await teller.step<{ changes: readonly { object: string; records: number }[] }>({
    does: 'the state releases the student from North',
    as: people.state,
    method: 'POST',
    path: `/districts/south/identity-conflicts/${items[0]!.id}/resolve`,
    body: { action: 'release', reason: 'The family has moved; both registrars confirmed it.' },
    status: 200,
    tells: ({ changes }) => {
      must(changes.length === 1 && changes[0]!.records === 1, 'one record');
      return `${changes[0]!.records} ${changes[0]!.object}`;
    },
  });
  for (const [who, name] of [
    [people.south, 'South’s'],
    [people.north, 'North’s'],
    [people.state, 'the state’s'],
  ] as const)
    await tellTask(who, `${name} task is closed`, () => undefined, false);
  await teller.step<{ items: readonly Alert[] }>({
    does: 'North is told that the student was released, and ends the record',
    as: people.north,
    path: '/alerts?limit=500',
    status: 200,
    tells: ({ items: alerts }) => {
      const released = alerts.find(({ name }) => name === 'Record Released');
      must(released !== undefined, 'the alert is there');
      return released!.text;
    },
  });
  await sendAndFollow(scene, 'south', {
    does: 'South sends its people again',
    body,
    ends: '… which is green, with the student',
    judge: (resync) => {
      mustBeGreen(resync);
      must(resync.totals?.inserted === 1, `one inserted, not ${resync.totals?.inserted}`);
    },
  });
  await teller.also(
    'the state has the student’s GUID at South, and North’s record under another',
    async () => {
      const found = await atState();
      must(found.get(stage.numberOf('south')) === guid, 'at South');
      must(![undefined, guid].includes(found.get(stage.numberOf('north'))), 'North’s has another');
      return '';
    },
  );
  await stage.sql('north', 'DELETE FROM PersonIdentity WHERE personID = ?', [student]);
  await sendAndFollow(scene, 'north', {
    does: 'North, whose record has ended, asks to remove what is gone',
    body: { ...body, removals: 'apply' },
  });
  await teller.also('the student is South’s alone', async () => {
    must([...(await atState()).keys()].join() === `${stage.numberOf('south')}`, 'one record');
    return '';
  });
}
