import { useCase } from '../support/case-world';

test('07-stream-trigger: a record that a trigger of the state refuses costs itself, also where nothing is there yet', async () => {
  await useCase('07-stream-trigger', async (world) => {
    const expected = {
      objects: {
        fee: { status: 'finished', color: 'red', failed: 1 },
        fee2: { status: 'finished', color: 'red', failed: 1 },
        fee_line: { status: 'finished', color: 'green' },
      },
      errors: ['fee ["2"] failed REFUSED_BY_STATE', 'fee2 ["2"] failed REFUSED_BY_STATE'],
    };
    const first = await world.resync();
    expect(first).toMatchObject(expected);
    expect(first.objects).toMatchObject({
      fee: { inserted: 2 },
      fee2: { inserted: 2 },
      fee_line: { inserted: 1 },
    });
    const second = await world.resync();
    expect(second).toMatchObject(expected);
    expect(second.objects).toMatchObject({
      fee: { unchanged: 2 },
      fee2: { unchanged: 2 },
      fee_line: { unchanged: 1 },
    });
  });
});

test('23-driver-error: an error without a number fails its object, and the run ends', async () => {
  await useCase('23-driver-error', async (world) => {
    const { status, objects } = await world.resync();
    expect(status).toBe('failed');
    expect(objects).toEqual({
      fine: { status: 'finished', color: 'green', inserted: 1 },
      odd: { status: 'failed', color: 'red' },
    });
  });
});
