import type { Knex } from 'knex';
import knex from 'knex';
import * as migration from '../../../migrations/control/20261126000001_principals';
import { listAudit, recordAudit } from '../../../src/features/access/audit-store';
import { createToken, verifyToken } from '../../../src/features/access/token-store';
import { listPrincipals } from '../../../src/features/access/principal-store';
import { type Reach, reaches, rightsByDefault, toolRights } from '../../../src/domain/rights';
import { controlDatabase } from '../../support/control-database';

let control: Knex;
let url: string;
let close: () => Promise<void>;
beforeAll(async () => ({ control, url, close } = await controlDatabase()));
afterAll(() => close());

test('tokens from before principals go on working, with every right that their level had', async () => {
  const district = await createToken(control, { name: 'office', level: 'district', districts: ['a'] });
  const state = await createToken(control, { name: 'state', level: 'state' });
  const database = knex({ client: 'mysql2', connection: url });
  try {
    await migration.down(database);
    expect(await control('apiToken').select('name', 'level').orderBy('name')).toEqual([
      { name: 'office', level: 'district' },
      { name: 'state', level: 'state' },
    ]);
    await migration.up(database);
  } finally {
    await database.destroy();
  }
  expect(await verifyToken(control, district.token)).toEqual({
    principalId: district.tokenId,
    tokenId: district.tokenId,
    name: 'office',
    level: 'district',
    districts: ['a'],
    rights: rightsByDefault('district'),
  });
  expect((await verifyToken(control, state.token))!.rights).toEqual(toolRights);
});

test('an audit event can be added, but neither changed nor deleted, one or all', async () => {
  const who = { principalId: 'p', name: 'P', level: 'state', districts: null } as const;
  const event = { who, action: 'a', target: 't', address: '10.0.0.1', status: 200, details: { n: 1 } };
  await recordAudit(control, event);
  for (const attempt of [
    control('auditEvent').update({ principalName: 'another' }),
    control('auditEvent').where({ principalID: 'p' }).delete(),
    control('auditEvent').delete(),
  ]) {
    await expect(attempt).rejects.toMatchObject({ name: 'ControlError', errno: 1644 });
  }
  const { items } = await listAudit(control, { within: who });
  expect(items).toMatchObject([{ principalName: 'P', details: { n: 1 } }]);
});

test('a stored right that the level can’t have gives nothing', async () => {
  const { token, principalId } = await createToken(control, {
    name: 'x',
    level: 'district',
    districts: ['a'],
    rights: ['agents'],
  });
  await control('principalRight').insert(
    ['stateRequest', 'unheardOf'].map((toolRight) => ({
      principalID: principalId,
      toolRight,
      grantedBy: 'sql',
    })),
  );
  expect((await verifyToken(control, token))!.rights).toEqual(['agents']);
  await expect(
    createToken(control, { name: 'x', level: 'district', districts: ['a'], rights: ['stateRequest'] }),
  ).rejects.toThrow(RangeError);
});

test('who is within an administrator’s reach is the same in SQL as in the rule', async () => {
  const reach = (level: Reach['level'], districts: string[] | null): Reach => ({ level, districts });
  const everyone = [
    ...[['a'], ['b'], ['a', 'b'], []].flatMap((districts) => [
      reach('district', districts),
      reach('state', districts),
    ]),
    reach('state', null),
  ];
  const ids = everyone.map((_, index) => `reach-${index}`);
  await control('principal').insert(
    everyone.map(({ level, districts }, index) => ({
      principalID: ids[index],
      name: 'x',
      level,
      districts: districts && JSON.stringify(districts),
    })),
  );
  for (const who of everyone) {
    const { items } = await listPrincipals(control, { within: who, limit: 500 });
    const listed = items.map(({ principalId }) => principalId).filter((id) => ids.includes(id));
    const expected = ids.filter((_, index) => reaches(who, everyone[index]!));
    expect([who, listed.sort()]).toEqual([who, expected.sort()]);
  }
  const [a, ab, state] = [everyone[0]!, everyone[4]!, everyone[8]!];
  expect([reaches(a, ab), reaches(ab, a), reaches(a, a), reaches(a, state)]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([reaches(state, a), reaches(state, state), reaches(a, everyone[6]!)]).toEqual([true, true, false]);
});
