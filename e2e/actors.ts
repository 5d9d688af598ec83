/**
 * Who is in the story. The first administrator's token is made on the control database, everybody
 * else's through the API.
 */
import { openControl } from '../src/control/database';
import { createToken } from '../src/features/access/token-store';
import type { DistrictId, Stage } from './environment';
import type { Person, Teller } from './narrator';

export interface People extends Readonly<Record<DistrictId, Person>> {
  readonly state: Person;
  /** Works at North and may look at alerts, nothing else. */
  readonly clerk: Person;
}

/** What every chapter is given. */
export interface Scene {
  readonly stage: Stage;
  readonly teller: Teller;
  readonly people: People;
}

/** Makes everybody, with the rights they have in the story. */
export async function castPeople({ config }: Stage, teller: Teller): Promise<People> {
  teller.chapter('Who may do what');
  const state = { name: 'State', token: await firstToken(config.controlDatabaseUrl) };
  const make = async (name: string, district: DistrictId, rights: readonly string[]): Promise<Person> => {
    const { principalId } = await teller.step<{ principalId: string }>({
      does: `the state makes the principal ${name} of ${district}`,
      as: state,
      method: 'POST',
      path: '/principals',
      body: { name, level: 'district', districts: [district], rights },
      status: 201,
      tells: () => rights.join(', '),
    });
    const { token } = await teller.step<{ token: string }>({
      does: `… and a token for ${name}, shown this once`,
      as: state,
      method: 'POST',
      path: `/principals/${principalId}/tokens`,
      body: { label: 'story', expiresInDays: 1 },
      status: 201,
    });
    return { name, token };
  };
  const administrator = [
    'resyncBatch',
    'selectiveSync',
    'processAlerts',
    'agents',
    'errorLog',
    'administration',
    'verificationSummary',
    'fieldSettings',
  ];
  const people: People = {
    state,
    north: await make('North', 'north', administrator),
    east: await make('East', 'east', administrator),
    south: await make('South', 'south', administrator),
    clerk: await make('Clerk', 'north', ['processAlerts']),
  };
  await teller.step({
    does: 'the clerk tries to send a resync without the right to',
    as: people.clerk,
    method: 'POST',
    path: '/districts/north/resyncs',
    body: { objects: 'all' },
    status: 403,
  });
  await teller.step({
    does: 'north asks for what is east’s and is told that there is no such thing',
    as: people.north,
    path: '/districts/east/objects',
    status: 404,
  });
  await teller.step({
    does: 'a stranger is asked who it is',
    as: { name: 'Stranger', token: 'none' },
    path: '/districts',
    status: 401,
  });
  return people;
}

async function firstToken(controlUrl: string): Promise<string> {
  const control = openControl(controlUrl);
  try {
    return (await createToken(control, { name: 'State', level: 'state' })).token;
  } finally {
    await control.destroy();
  }
}
