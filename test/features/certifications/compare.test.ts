import { randomUUID } from 'node:crypto';
import { certify } from '../../../src/features/certifications/certify';
import { compareWithCertified, type Remeasurement } from '../../../src/features/certifications/compare';
import { insertDrift, listDriftRows, loadDrift } from '../../../src/features/certifications/drift-store';
import { at, measured, requested } from './requested';

let world: Awaited<ReturnType<typeof requested>>;
beforeEach(async () => {
  world = await requested();
});
afterEach(() => world.close());

const certified = [
  measured('School', { '["1"]': 1, '["2"]': 1 }),
  measured('Person', { '["1"]': 4, '["2"]': 5 }),
];

async function askedDrift(): Promise<string> {
  const { control, head } = world;
  const { certificationId } = await head();
  const driftId = randomUUID();
  await insertDrift(control, { driftId, certificationId, initiator: 'state', requestedBy: 'tester' });
  return driftId;
}

async function compare(driftId: string, found: Remeasurement | null, waitHours = 24) {
  const measure = () => Promise.resolve(found);
  return compareWithCertified(world.control, await world.head(), { driftId, waitHours, measure });
}

async function rows(driftId: string): Promise<string[]> {
  const { items } = await listDriftRows(world.control, driftId, {});
  return items.map(({ object, school, result, why }) => [object, school, result, why].join(' ').trim());
}

test('changed, gone and new schools come first, what can’t be measured says why, the rest is equal; once', async () => {
  const { control, head, certifier } = world;
  await certify(
    control,
    await head(),
    certifier(() => Promise.resolve(at(certified))),
  );
  const driftId = await askedDrift();
  const today = at([measured('Person', { '["1"]': 4, '["3"]': 5 })]);
  const problems = new Map([['School', 'the catalog no longer has it']]);
  expect(await compare(driftId, { ...today, problems })).toEqual({ waits: false });
  const found = [
    'Person ["2"] gone',
    'Person ["3"] new',
    'School ["1"] incomparable the catalog no longer has it',
    'School ["2"] incomparable the catalog no longer has it',
    'Person ["1"] equal',
  ];
  expect(await rows(driftId)).toEqual(found);
  expect(await loadDrift(control, driftId)).toMatchObject({
    status: 'finished',
    counts: { changed: 0, gone: 1, new: 1, incomparable: 2, equal: 1 },
  });
  const everything = { ...at(certified), problems: new Map<string, string>() };
  expect(await compare(driftId, everything)).toEqual({ waits: false });
  expect(await rows(driftId)).toEqual(found);
});

test('while a run is under way it waits and says so, but not longer than configured', async () => {
  const { control, head, certifier } = world;
  await certify(
    control,
    await head(),
    certifier(() => Promise.resolve(at(certified))),
  );
  const driftId = await askedDrift();
  expect(await compare(driftId, null)).toEqual({ waits: true });
  expect((await loadDrift(control, driftId)).status).toBe('waiting');
  await expect(compare(driftId, null, 0)).rejects.toThrow('still under way after 0 hours');
});

test('nothing certified, or a manifest under another name, is nothing to compare with', async () => {
  const { control, head, certifier } = world;
  const driftId = await askedDrift();
  const today = { ...at(certified), problems: new Map<string, string>() };
  await expect(compare(driftId, today)).rejects.toThrow('Nothing is certified yet.');
  await certify(
    control,
    await head(),
    certifier(() => Promise.resolve(at(certified))),
  );
  const other = { ...(await head()), schoolYear: 2026 };
  const measure = () => Promise.resolve(today);
  await expect(
    compareWithCertified(control, other, { driftId, waitHours: 24, measure }),
  ).rejects.toMatchObject({ name: 'ConflictError' });
});
