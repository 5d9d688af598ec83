import { builtinCatalog } from '../../../src/catalog/builtin';
import { requireObject } from '../../../src/domain/catalog';
import type { RangeCounts } from '../../../src/domain/outcome';
import { planResync } from '../../../src/domain/plan';
import { verdictOf } from '../../../src/domain/verification';
import type { ComparedObject } from '../../../src/editions/verification/tally';
import { migrate } from '../../../src/migrate';
import { generateDistrict } from '../../../src/sample/generate';
import { districtNumber, object, World } from '../support';
import { verify } from './support';

let world: World;
beforeAll(async () => {
  world = await World.open();
  await migrate(world.databases.districtUrl, 'district');
  await migrate(world.databases.stateUrl, 'state');
});
afterAll(() => world.close());

const plan = planResync(
  builtinCatalog,
  { objects: 'all', checkDependencies: true },
  { state: null },
).objects.map(({ name }) => requireObject(builtinCatalog, name));

const foretell = (): Promise<Map<string, ComparedObject>> =>
  verify(world, builtinCatalog, plan, { rangeRecords: 20_000, pageRecords: 500 });

async function resync(): Promise<Record<string, RangeCounts>> {
  const came: Record<string, RangeCounts> = {};
  for (const { name } of plan)
    came[name] = (await world.sync(builtinCatalog.objects, name, { rangeRecords: 20_000 })).counts;
  return came;
}

const predictedOf = (found: Map<string, ComparedObject>): Record<string, RangeCounts> =>
  Object.fromEntries([...found].map(([name, { predicted }]) => [name, predicted]));

const verdictOn = (found: Map<string, ComparedObject>) =>
  verdictOf(
    [...found.values()].map(({ object, counts, predicted }) => ({
      object,
      cycle: requireObject(builtinCatalog, object).cycle,
      status: 'finished',
      counts,
      predicted,
    })),
  );

test('what is predicted of a district full of defects is what a resync right after it comes to', async () => {
  const { planted } = await generateDistrict({
    districtUrl: world.databases.districtUrl,
    students: 260,
    seed: 5,
    defects: true,
    schoolYear: 2027,
  });
  expect(planted.length).toBeGreaterThan(10);

  const empty = await foretell();
  expect(verdictOn(empty)).toMatchObject({ equal: false, resyncNecessary: true, extra: 0 });
  expect(empty.get('Enrollment')!.schools.size).toBeGreaterThan(0);
  expect(await resync()).toEqual(predictedOf(empty));

  // All that can be at the state is there: what is left a resync would not mend.
  const after = await foretell();
  const records = (outcome: string): number =>
    planted.reduce((sum, one) => sum + (one.outcome === outcome ? one.records : 0), 0);
  const verdict = verdictOn(after);
  expect(verdict).toMatchObject({ equal: false, resyncNecessary: false, objectsToResync: [], extra: 0 });
  expect(verdict.notResyncable).toBeGreaterThanOrEqual(records('failed'));
  expect(verdict.notResyncable).toBeLessThan(records('failed') + records('blocked'));

  await world.state(
    `DELETE FROM Roster WHERE districtID = ${districtNumber} AND termNumber = 1`,
    `UPDATE Enrollment SET startDate = startDate + INTERVAL 1 DAY WHERE districtID = ${districtNumber} AND enrollmentID % 7 = 0`,
    `DELETE FROM Transportation WHERE districtID = ${districtNumber}`,
  );
  await world.district(
    'SET foreign_key_checks = 0',
    'DELETE FROM AttendanceExactCount WHERE attendanceExactCountID % 11 = 0',
  );
  const drifted = await foretell();
  expect(verdictOn(drifted)).toMatchObject({
    equal: false,
    resyncNecessary: true,
    objectsToResync: plan
      .map(({ name }) => name)
      .filter((name) => ['Roster', 'Enrollment', 'Transportation'].includes(name)),
  });
  expect(verdictOn(drifted).extra).toBeGreaterThan(0);
  expect(await resync()).toEqual(predictedOf(drifted));
});

test('a district without defects is equal after a resync, school by school', async () => {
  await generateDistrict({
    districtUrl: world.databases.districtUrl,
    students: 60,
    seed: 6,
    defects: false,
    schoolYear: 2027,
  });
  await world.state(
    'SET foreign_key_checks = 0',
    ...plan.map(({ stateTable }) => `DELETE FROM \`${stateTable}\``),
  );
  await resync();
  const found = await foretell();
  expect(verdictOn(found)).toEqual({
    equal: true,
    resyncNecessary: false,
    objectsToResync: [],
    notResyncable: 0,
    extra: 0,
  });
  for (const { counts, schools } of found.values()) {
    expect(counts.stateRecords).toBe(counts.districtRecords);
    for (const one of schools.values()) expect(one.stateRecords).toBe(one.districtRecords);
  }
});

test('numbers without a sign and bits that the state can’t hold are foretold', async () => {
  const types = [
    ['DECIMAL(5,2)', 'DECIMAL(5,2) UNSIGNED', ['-0.01', '1']],
    ['DOUBLE', 'DOUBLE UNSIGNED', ['-1', '-0e0', '1']],
    ['INT', 'DECIMAL(10,2) ZEROFILL', ['-7', '7']],
    ['BIT(64)', 'BIGINT', ['18446744073709551615', '7']],
    ['SMALLINT', 'BIT(3)', ['-1', '7', '8']],
  ] as const;
  for (const [n, [from, to, values]] of types.entries()) {
    const name = `number_${n}`;
    await world.district(
      `CREATE TABLE ${name} (id INT PRIMARY KEY, v ${from})`,
      `INSERT INTO ${name} VALUES ${values.map((value, i) => `(${i}, ${value})`).join(', ')}`,
    );
    await world.state(`CREATE TABLE ${name} (districtID INT, id INT, v ${to}, PRIMARY KEY (districtID, id))`);
    const objects = [object(name, ['id'])];
    const { predicted } = (await verify(world, { name: 'test', objects }, objects)).get(name)!;
    expect([from, predicted]).toEqual([from, (await world.sync(objects, name)).counts]);
  }
});
