import { until } from '../support/until';
import { ServiceWorld } from './world';

let world: ServiceWorld;
beforeAll(async () => (world = await ServiceWorld.open({}, { copy: { lanes: 4 } })));
afterAll(() => world.close());

interface Report {
  readonly status: string;
  readonly recordsPerSecond: number | null;
  readonly counts: { readonly done: number };
  readonly districts: readonly {
    readonly startedAt: string;
    readonly endedAt: string;
    readonly processed: number;
    readonly errors: number;
  }[];
}

test('all districts of a request together write no faster than its budget', async () => {
  const state = await world.caller('state', ['stateRequest', 'resyncBatch']);
  const recordsPerSecond = 400;
  const { body } = await state.ask<{ stateRequestId: string }>('POST', '/state-requests', {
    ...{ districts: 'all', objects: 'all', reason: 'Slowly, please.', recordsPerSecond },
  });
  const report = async () =>
    (await state.ask<Report>('GET', `/state-requests/${body.stateRequestId}/report`)).body;
  const { districts, ...ended } = await until(
    'it ended',
    report,
    ({ status }) => status === 'finished',
    200_000,
  );
  expect(ended).toMatchObject({ recordsPerSecond, counts: { done: 2 } });
  const times = (name: 'startedAt' | 'endedAt') => districts.map((district) => Date.parse(district[name]));
  const seconds = (Math.max(...times('endedAt')) - Math.min(...times('startedAt'))) / 1000;
  // The state had nothing: all was written.
  const written = districts.map(({ processed, errors }) => processed - errors);
  const all = written.reduce((sum, records) => sum + records, 0);
  expect(seconds).toBeGreaterThanOrEqual(all / recordsPerSecond);
  // Enough that it took the budget, and that one of each district would have been quicker.
  expect(Math.max(...written) / recordsPerSecond).toBeGreaterThan(2);

  // What is compared and equal costs nothing of it.
  const again = await state.ask<{ stateRequestId: string }>('POST', '/state-requests', {
    ...{ districts: 'all', objects: ['School', 'Calendar'], reason: 'Once more.', recordsPerSecond },
  });
  const { stateRequestId } = again.body;
  const row = () => world.control('stateRequest').where({ stateRequestID: stateRequestId }).first<object>();
  await until('it ended, too', async () => ((await row()) as { status: string }).status === 'finished');
  expect(await row()).toMatchObject({ budgetUntil: null });
});
