import type { Knex } from 'knex';
import { listAudit, recordAudit } from '../../../src/features/access/audit-store';
import { createToken, verifyToken } from '../../../src/features/access/token-store';
import { listPrincipals } from '../../../src/features/access/principal-store';
import { type PrincipalScope, covers } from '../../../src/domain/rights';
import { controlDatabase } from '../../support/control-database';

let control: Knex;
let close: () => Promise<void>;
beforeAll(async () => ({ control, close } = await controlDatabase()));
afterAll(() => close());

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
  const reach = (level: PrincipalScope['level'], districts: string[] | null): PrincipalScope => ({
    level,
    districts,
  });
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
    const expected = ids.filter((_, index) => covers(who, everyone[index]!));
    expect([who, listed.sort()]).toEqual([who, expected.sort()]);
  }
  const [a, ab, state] = [everyone[0]!, everyone[4]!, everyone[8]!];
  expect([covers(a, ab), covers(ab, a), covers(a, a), covers(a, state)]).toEqual([false, true, true, false]);
  expect([covers(state, a), covers(state, state), covers(a, everyone[6]!)]).toEqual([true, true, false]);
});
