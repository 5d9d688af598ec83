import { useCase } from '../support/case-world';

test('10-key-charset: a key in characters that the other side lacks costs its own record', async () => {
  await useCase('10-key-charset', async (world) => {
    const errors = ['club2 ["日本"] failed VALUE_INVALID name', 'club4 ["😀"] failed VALUE_INVALID name'];
    const first = await world.resync();
    expect(first.objects).toMatchObject({
      club1: { color: 'green', inserted: 1, extra: 1 },
      club2: { color: 'red', inserted: 1, failed: 1 },
      club4: { color: 'red', inserted: 1, failed: 1 },
    });
    expect(first.errors.toSorted()).toEqual(errors);
    const second = await world.resync();
    expect(second.objects).toMatchObject({
      club1: { unchanged: 1, extra: 1 },
      club2: { unchanged: 1, failed: 1 },
      club4: { unchanged: 1, failed: 1 },
    });
    expect(second.errors.toSorted()).toEqual(errors);
  });
});

test('15-key-case: a code spelled anew is the same record, its key too, under its children', async () => {
  await useCase('15-key-case', async (world) => {
    expect((await world.resync()).objects).toEqual({
      room: { status: 'finished', color: 'green', updated: 1, unchanged: 1 },
      chair: { status: 'finished', color: 'green', updated: 1 },
    });
    expect(await world.state('SELECT k, v FROM room ORDER BY k')).toEqual([
      { k: 'A1', v: 2 },
      { k: 'b2', v: 1 },
    ]);
    expect(await world.state('SELECT room FROM chair')).toEqual([{ room: 'A1' }]);
    expect((await world.resync()).objects).toEqual({
      room: { status: 'finished', color: 'green', unchanged: 2 },
      chair: { status: 'finished', color: 'green', unchanged: 1 },
    });
  });
});

test('45-key-spelling: case, a space behind and an accent are one record each', async () => {
  await useCase('45-key-spelling', async (world) => {
    expect((await world.resync()).objects).toEqual({
      ks_course: { status: 'finished', color: 'green', updated: 3, unchanged: 1 },
    });
    expect(await world.state("SELECT CONCAT(code, '.') AS code FROM ks_course ORDER BY code")).toEqual(
      ['Alg-1.', 'Bio.', 'Chem.', 'José.'].map((code) => ({ code })),
    );
    expect((await world.resync()).objects).toEqual({
      ks_course: { status: 'finished', color: 'green', unchanged: 4 },
    });
  });
});
