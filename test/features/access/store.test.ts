import type { Knex } from 'knex';
import { verifyChain } from '../../../src/features/access/audit-chain';
import { noteIntent, settleIntents } from '../../../src/features/access/audit-intents';
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

test('events are a chain, also when many are added at once; what is changed past the application is found', async () => {
  const who = { principalId: 'c', name: 'C', level: 'district', districts: ['b', 'a'] } as const;
  const event = { who, action: 'a', target: 't', address: '::1', status: 200 };
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      recordAudit(control, { ...event, details: { z: n, a: ['ü', null] } }),
    ),
  );
  const whole = await verifyChain(control, null);
  expect(whole).toMatchObject({ brokenAt: null, hasExpected: null });
  await recordAudit(control, { ...event, details: {} });
  expect(await verifyChain(control, whole.head)).toMatchObject({
    ...{ events: whole.events + 1, brokenAt: null, hasExpected: true },
  });
  // Only who owns the tables can do this.
  const [changed] = (await control('auditEvent').where({ principalID: 'c' }).select('*')) as {
    auditEventID: number;
    details: string;
  }[];
  await control.raw('DROP TRIGGER auditEvent_no_update');
  const set = (details: string) =>
    control('auditEvent').where({ auditEventID: changed!.auditEventID }).update({ details });
  await set('{"z":99,"a":["ü",null]}');
  expect(await verifyChain(control, whole.head)).toMatchObject({ brokenAt: changed!.auditEventID });
  // The same in another order, as a server may keep it.
  await set(JSON.stringify({ a: ['ü', null], z: (JSON.parse(changed!.details) as { z: number }).z }));
  expect((await verifyChain(control, null)).brokenAt).toBeNull();
  expect((await verifyChain(control, 'f'.repeat(64))).hasExpected).toBe(false);
});

test('what was begun and never answered becomes an event, once', async () => {
  const who = { principalId: 'i', name: 'I', level: 'state', districts: null } as const;
  await noteIntent(control, {
    who,
    action: 'POST /resyncs/{id}/pause',
    target: '/resyncs/1/pause',
    address: '::1',
  });
  expect(await settleIntents(control)).toBe(0);
  expect([await settleIntents(control, -1), await settleIntents(control, -1)]).toEqual([1, 0]);
  const { items } = await listAudit(control, { within: who, principalId: 'i' });
  expect(items).toMatchObject([{ status: 0, target: '/resyncs/1/pause', details: { abandoned: true } }]);
  expect((await verifyChain(control, null)).brokenAt).toBeNull();
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
