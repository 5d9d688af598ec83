import { useCase } from '../support/case-world';

test('03-unit-dangling: what the state’s own foreign keys forbid is blocked in a cycle as it is outside of one', async () => {
  await useCase('03-unit-dangling', async (world) => {
    const before = await world.state('SELECT * FROM mover');
    const blocked = { status: 'finished', color: 'red', blocked: 1 };
    const expected = {
      objects: {
        pupil: blocked,
        staff: blocked,
        bus: { status: 'finished', color: 'red', failed: 1 },
        rider: blocked,
        mover: blocked,
        team: blocked,
        player: blocked,
      },
      errors: [
        'bus ["1"] failed VALUE_TOO_LONG driver',
        'mover ["1"] blocked PARENT_NOT_AT_STATE country',
        'player ["1"] blocked PARENT_NOT_AT_STATE team',
        'pupil ["1"] blocked PARENT_NOT_AT_STATE country',
        'rider ["1"] blocked PARENT_NOT_AT_STATE line',
        'staff ["1"] blocked PARENT_NOT_AT_STATE country',
        'team ["1"] blocked PARENT_NOT_AT_STATE country',
      ],
    };
    for (const run of ['first', 'second']) {
      const { objects, errors } = await world.resync();
      expect({ run, objects, errors: errors.sort() }).toEqual({ run, ...expected });
    }
    expect(await world.state('SELECT * FROM mover')).toEqual(before);
    for (const table of ['pupil', 'staff', 'bus', 'rider', 'team', 'player'])
      expect(await world.state(`SELECT * FROM ${table}`)).toEqual([]);

    // The parents arrive: all is mended.
    await world.state("INSERT INTO country VALUES ('XX')");
    await world.state('ALTER TABLE bus MODIFY driver VARCHAR(30)');
    expect(await world.resync()).toMatchObject({ errors: [] });
    const again = await world.resync();
    expect(again.errors).toEqual([]);
    for (const object of Object.values(again.objects)) expect(object).toMatchObject({ unchanged: 1 });
  });
});

test('14-self-fk-other-key: all levels of a table that refers to another key of its own arrive in one run', async () => {
  await useCase(
    '14-self-fk-other-key',
    async (world) => {
      expect((await world.resync()).objects).toEqual({
        cat: { status: 'finished', color: 'green', inserted: 4 },
      });
      expect((await world.resync()).objects).toEqual({
        cat: { status: 'finished', color: 'green', unchanged: 4 },
      });
    },
    { copy: { pageRecords: 100 } },
  );
});
