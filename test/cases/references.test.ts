import { useCase } from '../support/case-world';

jest.setTimeout(120_000);

test('52-fk-other-key: a foreign key to another unique key of the parent orders the objects, and introspection says so', async () => {
  await useCase('52-fk-other-key', async (world) => {
    expect(world.introspection.findings.map(({ table, message }) => `${table}: ${message}`)).toEqual([
      expect.stringMatching(/^\(every table\): no tenant column/),
      'fo_class: foreign key (school_code) leads to (code) of fo_school, whose match key is (id): kept as a parent for the order only',
    ]);
    expect((await world.resync()).objects).toEqual({
      fo_school: { status: 'finished', color: 'green', inserted: 2 },
      fo_class: { status: 'finished', color: 'green', inserted: 3 },
    });
    expect(await world.resync()).toMatchObject({
      status: 'finished',
      errors: [],
      objects: { fo_school: { unchanged: 2 }, fo_class: { unchanged: 3 } },
    });
  });
});
