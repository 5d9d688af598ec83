import { certify } from '../../../src/features/certifications/certify';
import { readKeys } from '../../../src/features/certifications/key-store';
import { verifyManifest } from '../../../src/features/certifications/signing';
import { readJws } from '../../../src/features/certifications/store';
import { at, measured, requested } from './requested';

let world: Awaited<ReturnType<typeof requested>>;
beforeEach(async () => {
  world = await requested();
});
afterEach(() => world.close());

const twoObjects = () => Promise.resolve(at([measured('School', { '["1"]': 1 }), measured('Person', {})]));

test('what a full resync sends is measured, parents first, signed, and told by an alert; once', async () => {
  const { control, head, certifier } = world;
  const asked: string[][] = [];
  const measure = (objects: readonly string[]) => {
    asked.push([...objects]);
    return twoObjects();
  };
  expect(await certify(control, await head(), certifier(measure))).toEqual({ waits: false });
  const { status, certificationId, objects, records } = await head();
  expect({ status, objects, records }).toEqual({ status: 'certified', objects: 2, records: 1 });
  const jws = await readJws(control, certificationId);
  const verified = await verifyManifest(jws!, await readKeys(control), await head());
  expect(verified).toMatchObject({
    valid: true,
    manifest: { records: 1, catalog: 'two', district: { number: 1, name: 'Grand Bend' } },
  });
  const alerts = () => control<{ name: string }>('processAlert').pluck('name');
  const told = ['The State published a Data Certification Event: Fall membership count'];
  expect(await alerts()).toEqual(told);

  expect(await certify(control, await head(), certifier(measure))).toEqual({ waits: false });
  expect(asked).toEqual([['School', 'Person']]);
  expect(await readJws(control, certificationId)).toBe(jws);
  expect(await alerts()).toEqual(told);
});

test('while a run is under way it waits and says so, but not longer than configured', async () => {
  const { control, head, certifier } = world;
  const busy = () => Promise.resolve(null);
  expect(await certify(control, await head(), certifier(busy))).toEqual({ waits: true });
  expect(await head()).toMatchObject({
    status: 'waiting',
    message: 'Waits for the end of a resync of the district and school year.',
  });
  await expect(certify(control, await head(), certifier(busy, { waitHours: 0 }))).rejects.toThrow(
    'still under way after 0 hours',
  );
  expect(await certify(control, await head(), certifier(twoObjects))).toEqual({ waits: false });
  expect(await head()).toMatchObject({ status: 'certified', message: null });
});

test('without a key nothing is measured, and the message says how to make one', async () => {
  const { control, head, certifier } = world;
  const never = () => Promise.reject(new Error('measured without a key'));
  await expect(certify(control, await head(), certifier(never, { privateKey: undefined }))).rejects.toThrow(
    '"resync certify key" makes one',
  );
});

test('a school year that the district no longer offers is not certified', async () => {
  const { control, head, certifier } = world;
  const { district } = certifier(twoObjects);
  const later = { ...district, schoolYear: 2031 };
  await expect(
    certify(control, await head(), certifier(twoObjects, { district: later })),
  ).rejects.toMatchObject({ name: 'PlanError', field: 'schoolYear' });
});
