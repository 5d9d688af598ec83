import type { Knex } from 'knex';
import { readWriteBudget, spendBudget } from '../../../src/features/state-requests/write-budget';
import { insertStateRequest, resyncIdOf } from '../../../src/features/state-requests/store';
import { controlDatabase } from '../../support/control-database';

let control: Knex;
let close: () => Promise<void>;
beforeAll(async () => ({ control, close } = await controlDatabase()));
afterAll(() => close());

async function insert(stateRequestId: string, recordsPerSecond: number | null): Promise<string> {
  await insertStateRequest(control, {
    request: {
      ...{ stateRequestId, objects: 'all', checkDependencies: true, schoolYear: 2027, recordsPerSecond },
      ...{ scenario: 'STATE_REQUEST', mode: 'compare', reason: 'Count day.', requestedBy: 'test' },
    },
    window: { from: new Date(), until: new Date(Date.now() + 3_600_000) },
    districts: ['north', 'south'].map((districtId) => ({ districtId, schoolYear: 2027, problem: null })),
    asked: {},
  });
  return resyncIdOf(stateRequestId, 'south');
}

test('what districts write at the same time is spent one behind the other, and what wasn’t spent is not saved up', async () => {
  const budget = await readWriteBudget(control, await insert('hundred', 100));
  expect(budget).toEqual({ stateRequestId: 'hundred', recordsPerSecond: 100 });
  await control('stateRequest')
    .where({ stateRequestID: 'hundred' })
    .update({ budgetUntil: new Date(Date.now() - 3_600_000) });
  const waits = await Promise.all(Array.from({ length: 8 }, () => spendBudget(control, budget!, 10_000)));
  const inOrder = waits.toSorted((a, b) => a - b);
  // 100 s each; the look itself takes its time.
  for (const [at, wait] of inOrder.entries()) {
    expect(wait).toBeLessThanOrEqual((at + 1) * 100_000);
    expect(wait).toBeGreaterThan((at + 1) * 100_000 - 50_000);
  }
});

test('a run without a budget has none', async () => {
  expect(await readWriteBudget(control, await insert('free', null))).toBeNull();
  expect(await readWriteBudget(control, 'a district’s own')).toBeNull();
});
