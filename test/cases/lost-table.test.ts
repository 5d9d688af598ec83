import { useCase } from '../support/case-world';

const table = 'CREATE TABLE pupil (id INT PRIMARY KEY, name VARCHAR(10))';
const hundred = (from: number) =>
  `INSERT INTO pupil VALUES ${Array.from({ length: 100 }, (_, i) => `(${from + i}, 'p')`).join(', ')}`;

test('a district’s table that lost all its records stops and asks, and goes on when it was meant', async () => {
  await useCase(
    null,
    async (world) => {
      expect((await world.resync()).objects['pupil']).toMatchObject({ color: 'green', inserted: 100 });
      await world.district('TRUNCATE pupil');
      for (const run of ['first', 'second']) {
        const { status, objects } = await world.resync();
        expect({ run, status, objects }).toEqual({
          run,
          status: 'failed',
          objects: { pupil: { status: 'failed', color: 'red' } },
        });
      }
      const failed = (await world.world.control('DISBatchHistory').where({ status: 'failed' })) as {
        message: string;
      }[];
      expect(failed[0]!.message).toContain('send it with removals "apply"');
      // With removals it is asked, whatever the threshold; nobody answers here.
      const asked = await world.resync({ removals: 'apply' });
      expect(asked.objects['pupil']).toMatchObject({ status: 'finished', extra: 100 });
      expect(await world.state('SELECT COUNT(*) AS n FROM pupil')).toEqual([{ n: 100 }]);
      await world.district(hundred(1));
      expect((await world.resync()).objects['pupil']).toMatchObject({ color: 'green', unchanged: 100 });
    },
    {
      removals: { thresholdPercent: 100, approvalHours: 0.001 },
      district: [table, hundred(1)],
      state: [table],
    },
  );
});
