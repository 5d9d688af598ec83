import { down, up } from '../../../migrations/control/20261126000003_year_lease';
import { takeLease } from '../../../src/features/resyncs/lease';
import { insertResync } from '../../../src/features/resyncs/store';
import { controlDatabase, requestOf } from '../../support/control-database';

test('leases of a district become leases of its years: a run under way keeps its own, and no epoch goes down', async () => {
  const { control, close } = await controlDatabase();
  try {
    await down(control);
    const years: [resyncId: string, district: string, year: number][] = [
      ['runs', 'busy', 2027],
      ['parked', 'busy', 2026],
      ['ended', 'idle', 2027],
    ];
    for (const [resyncId, districtId, schoolYear] of years)
      await insertResync(control, { request: requestOf(resyncId, { districtId, schoolYear }) });
    await control('districtLease').insert([
      { districtID: 'busy', resyncID: 'runs', epoch: 7 },
      { districtID: 'idle', resyncID: '', epoch: 4 },
      { districtID: 'never-resynced', resyncID: '', epoch: 2 },
    ]);
    await up(control);
    await up(control); // an attempt that died before it was written down is made again
    const leases = control('districtLease').select('districtID', 'schoolYear', 'resyncID', 'epoch');
    expect(await leases.orderBy(['districtID', 'schoolYear'])).toEqual([
      { districtID: 'busy', schoolYear: 2026, resyncID: '', epoch: 7 },
      { districtID: 'busy', schoolYear: 2027, resyncID: 'runs', epoch: 7 },
      { districtID: 'idle', schoolYear: 2027, resyncID: '', epoch: 4 },
    ]);
    const parked = { districtId: 'busy', schoolYear: 2026, resyncId: 'parked' };
    expect(await takeLease(control, parked)).toBe(8);

    await down(control);
    expect(await control('districtLease').where({ districtID: 'busy' }).first()).toMatchObject({
      resyncID: 'runs',
      epoch: 8,
    });
  } finally {
    await close();
  }
});
