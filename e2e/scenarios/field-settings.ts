import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import type { Stage } from '../environment';
import { must } from '../narrator';

interface SyncEvent {
  readonly syncEventId: string;
  readonly resyncId: string | null;
  readonly status: string;
  readonly assigned: number;
  readonly carried: number;
  readonly failed: number;
}

const district = 'east';
const field = 'homePrimaryLanguage';
const hasEnded = ({ status }: SyncEvent): boolean => ['finished', 'failed'].includes(status);
const told = ({ status, assigned, carried, failed }: SyncEvent): string =>
  `${status}: ${assigned} assigned, ${carried} carried, ${failed} failed`;

/** What a person has in a column at both sides, past everything of ours. */
async function both(stage: Stage, column: string, personId: number): Promise<[unknown, unknown]> {
  const [here] = await stage.sql(district, `SELECT ${column} AS v FROM PersonIdentity WHERE personID = ?`, [
    personId,
  ]);
  const [there] = await stage.sql(
    'state',
    `SELECT ${column} AS v FROM PersonIdentity WHERE districtID = ? AND personID = ?`,
    [stage.numberOf(district), personId],
  );
  return [here?.['v'], there?.['v']];
}

/**
 * The state takes a field of East's over, changes it, and gives it back; a person is given a state
 * ID.
 */
export async function fieldSettings({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('The state takes a field of East’s over');
  const settings = `/districts/${district}/field-settings`;
  const events = `/districts/${district}/sync-events`;
  await teller.step<{ items: { fields: { field: string; whyNot: string | null }[] }[] }>({
    does: 'east looks which fields of its people are the state’s',
    as: people.east,
    path: `${settings}?object=PersonIdentity&owner=state`,
    status: 200,
    tells: ({ items }) => {
      const [owned, ...more] = items[0]?.fields ?? [];
      must(owned?.field === 'stateID' && more.length === 0, 'the state ID and nothing else');
      return `${owned!.field}, and its owner can’t be changed: ${owned!.whyNot ?? '?'}`;
    },
  });
  const set = (owner: string, of = field) => ({ settings: [{ object: 'PersonIdentity', field: of, owner }] });
  await teller.step({
    does: 'east would like to decide that itself',
    as: people.east,
    method: 'PUT',
    path: settings,
    body: set('district'),
    status: 403,
  });
  await teller.step({
    does: 'the state can’t take what records are matched by',
    as: people.state,
    method: 'PUT',
    path: settings,
    body: set('state', 'personID'),
    status: 422,
  });
  await teller.step<{ changed: object[] }>({
    does: `the state takes ${field} over`,
    as: people.state,
    method: 'PUT',
    path: settings,
    body: set('state'),
    status: 200,
    tells: ({ changed }) => {
      must(changed.length === 1, 'one change');
      return 'from the next range on';
    },
  });
  const persons = [1, 2, 4];
  await teller.also('… and changes it by SQL in its own edition, for three people', async () => {
    await stage.sql(
      'state',
      `UPDATE PersonIdentity SET ${field} = 'epo' WHERE districtID = ? AND personID IN (?, ?, ?)`,
      [stage.numberOf(district), ...persons],
    );
    return '';
  });
  const { syncEventId } = await teller.step<SyncEvent>({
    does: 'the state’s edition announces the change',
    as: people.state,
    method: 'POST',
    path: events,
    body: { object: 'PersonIdentity', keys: persons.map((id) => [`${id}`]) },
    status: 202,
    tells: (event) => `sync event ${event.syncEventId}`,
  });
  await teller.until<SyncEvent>({
    does: 'the sync event carries it down',
    as: people.east,
    path: `${events}/${syncEventId}`,
    done: hasEnded,
    tells: (event) => {
      must(event.status === 'finished' && event.carried === 3 && event.failed === 0, 'three carried');
      return told(event);
    },
  });
  await teller.also('east’s own database has it', async () => {
    for (const id of persons)
      must(
        (await both(stage, field, id)).every((value) => value === 'epo'),
        `person ${id} has it on both sides`,
      );
    return 'epo, on both sides';
  });

  const sent = async (does: string, objects: string[]): Promise<string> => {
    const { resyncId } = await teller.step<Accepted>({
      does,
      as: people.east,
      method: 'POST',
      path: `/districts/${district}/resyncs`,
      body: { objects, checkDependencies: false },
      status: 202,
    });
    await teller.until<Resync>({
      does: '… which ends green',
      as: people.east,
      path: `/resyncs/${resyncId}`,
      done: ended,
      tells: (resync) => {
        must(resync.status === 'finished' && resync.color === 'green', 'it is green');
        return outcomeOf(resync);
      },
    });
    return resyncId;
  };
  const eventAfter = async (resyncId: string, does: string): Promise<void> => {
    const of = (items: readonly SyncEvent[]) => items.find((event) => event.resyncId === resyncId);
    await teller.until<{ items: SyncEvent[] }>({
      does,
      as: people.east,
      path: events,
      done: ({ items }) => hasEnded(of(items) ?? { ...items[0]!, status: 'not there yet' }),
      tells: ({ items }) => {
        const event = of(items)!;
        must(event.status === 'finished' && event.failed === 0, 'nothing failed');
        return told(event);
      },
    });
  };

  await teller.also('somebody at east changes it back by SQL, and a first name beside it', async () => {
    await stage.sql(
      district,
      `UPDATE PersonIdentity SET ${field} = 'lat', firstName = 'Story' WHERE personID = 1`,
    );
    return '';
  });
  const again = await sent('east sends its people', ['PersonIdentity']);
  await teller.also('the first name went up, the field did not', async () => {
    const [, name] = await both(stage, 'firstName', 1);
    const [, value] = await both(stage, field, 1);
    must(name === 'Story' && value === 'epo', `the state has ${String(name)} and its own value`);
    return 'the state still has its own value';
  });
  await eventAfter(again, '… and after the run the state’s value came down again');
  await teller.also('east’s database has the state’s value', async () => {
    must(
      (await both(stage, field, 1)).every((value) => value === 'epo'),
      'it is the state’s',
    );
    return '';
  });

  const newcomer = 770_001;
  await teller.also('a person comes to east who has no state ID', async () => {
    await stage.sql(
      district,
      'INSERT INTO PersonIdentity (personID, guid, lastName, firstName) VALUES (?, UUID(), ?, ?)',
      [newcomer, 'Newcomer', 'Story'],
    );
    return '';
  });
  const only = 'PersonIdentityNoStateIDOnly';
  await eventAfter(
    await sent('east sends just those without', [only]),
    'the state gives the newcomer an ID, and a sync event brings it to east',
  );
  await teller.also('it is in east’s database, the state’s, and nobody else’s record', async () => {
    const [here, there] = await both(stage, 'stateID', newcomer);
    must(/^[1-9]\d{9}$/.test(String(here)) && here === there, 'ten digits, the same on both sides');
    const [row] = await stage.sql('state', 'SELECT COUNT(*) AS n FROM PersonIdentity WHERE stateID = ?', [
      String(here),
    ]);
    must(Number(row?.['n']) === 1, 'one person has it');
    const [left] = await stage.sql(
      district,
      'SELECT COUNT(*) AS n FROM PersonIdentity WHERE stateID IS NULL',
    );
    must(Number(left?.['n']) === 0, 'nobody at east is without one');
    return 'nobody at east is without one now';
  });
  await teller.step<{ changed: object[] }>({
    does: `the state gives ${field} back`,
    as: people.state,
    method: 'PUT',
    path: settings,
    body: set('district'),
    status: 200,
    tells: ({ changed }) => {
      must(changed.length === 1, 'one change');
      return 'it is east’s again';
    },
  });
}
