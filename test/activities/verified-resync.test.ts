import { readResync } from '../../src/features/resyncs/read';
import { readVerification } from '../../src/features/verifications/read';
import type { ResyncRequest } from '../../src/domain/resync';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { partOfCatalog } from '../support/part-of-catalog';
import { runOn } from '../support/run-on';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { ResyncWorld } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
  await migrate(databases.districtUrl, 'district');
  await migrate(databases.stateUrl, 'state');
});
afterEach(() => databases.drop());

const catalog = partOfCatalog(
  ...['Enrollment', 'CensusContactSummary', 'CourseCode', 'BehaviorType', 'ContactLog', 'Roster'],
  ...['AttendanceExactCount', 'SchoolMonth'],
);
const inWorld = (work: (world: ResyncWorld) => Promise<void>): Promise<void> =>
  ResyncWorld.use({ databases, catalog, schoolYear }, work);
const atState = (sql: string) => runOn(databases.stateUrl, sql);
const atDistrict = (sql: string) => runOn(databases.districtUrl, sql);

async function generated(students: number, defects: boolean): Promise<void> {
  await generateDistrict({ districtUrl: databases.districtUrl, students, seed: 7, defects, schoolYear });
}

/** A loop, with how it ended and what its books hold. */
async function loop(world: ResyncWorld, overrides: Partial<ResyncRequest> = {}) {
  const { resyncId } = await world.resync({ verify: 'beforeAndAfter', ...overrides });
  const { status, color, message, verifications, objectResults } = await readResync(world.control, resyncId);
  const sent = objectResults.map(({ object, counts }) => [object, counts.inserted, counts.updated]);
  const verdicts = verifications!.map(({ kind, equal }) => [kind, equal]);
  return { resyncId, status, color, message, verdicts, sent };
}

it('mends drift of each kind, sends only what drifted, and is green only when all is verified equal', async () => {
  await generated(40, false);
  await inWorld(async (world) => {
    await world.resync();
    const green = { status: 'finished', color: 'green' };

    expect(await loop(world)).toMatchObject({
      ...green,
      message: 'Nothing was sent: nothing had drifted, known exclusions apart.',
      verdicts: [['beforeResync', true]],
      sent: [],
    });

    // Missing at the state, different at the state, changed at the district.
    await atState('DELETE FROM CensusContactSummary ORDER BY censusContactSummaryID LIMIT 3');
    const changed = `WHERE enrollmentID % 9 = 0 AND endYear = ${schoolYear}`;
    await atState(`UPDATE Enrollment SET startDate = startDate + INTERVAL 1 DAY ${changed}`);
    const [{ n }] = (await atState(`SELECT COUNT(*) AS n FROM Enrollment ${changed}`)) as [{ n: number }];
    await atDistrict("UPDATE CourseCode SET title = CONCAT(title, ' II') ORDER BY courseCode LIMIT 2");
    const mended = await loop(world);
    expect(mended).toMatchObject({
      ...green,
      verdicts: [
        ['beforeResync', false],
        ['afterResync', true],
      ],
    });
    expect(mended.sent.toSorted()).toEqual([
      ['CensusContactSummary', 3, 0],
      ['CourseCode', 0, 2],
      ['Enrollment', 0, n],
    ]);
    expect(mended.message).toBe('3 object(s) were sent: verified equal, known exclusions apart.');
    expect(await world.verify()).toMatchObject({ equal: true });

    // Only at the state: no resync mends that, and none is sent for it.
    await atDistrict('DELETE FROM CensusContactSummary ORDER BY censusContactSummaryID LIMIT 1');
    const unlike = await loop(world, { objects: ['CensusContactSummary'] });
    expect(unlike).toMatchObject({
      status: 'finished',
      color: 'red',
      verdicts: [['beforeResync', false]],
      sent: [],
    });
    expect(unlike.message).toBe(
      'Nothing was sent, and the editions still differ: CensusContactSummary (1 only at the state). ' +
        'Records only at the state go with removals "apply".',
    );
    const removed = await loop(world, { objects: ['CensusContactSummary'], removals: 'apply' });
    expect(removed).toMatchObject({
      ...green,
      verdicts: [
        ['beforeResync', false],
        ['afterResync', true],
      ],
    });
    expect(removed.sent).toEqual([['CensusContactSummary', 0, 0]]);
    expect(await world.stateRecords('CensusContactSummary')).toBe(
      await world.districtRecords('CensusContactSummary'),
    );

    // What can’t be compared fails where failures are looked for, and the rest is mended all the
    // same.
    await atState('DELETE FROM CensusContactSummary ORDER BY censusContactSummaryID LIMIT 2');
    await atState('SET FOREIGN_KEY_CHECKS = 0');
    await atState('RENAME TABLE BehaviorType TO Elsewhere');
    const broken = await loop(world, { objects: ['CensusContactSummary', 'BehaviorType'] });
    expect(broken).toMatchObject({ status: 'failed', color: 'red' });
    expect(broken.sent.toSorted()).toEqual([
      ['BehaviorType', 0, 0],
      ['CensusContactSummary', 2, 0],
    ]);
  });
});

/** Checksums of all tables of an edition. */
async function checksums(url: string): Promise<unknown> {
  const names = (await runOn(url, 'SHOW TABLES')).map((row) => String(Object.values(row)[0]));
  const sums = await runOn(url, `CHECKSUM TABLE ${names.map((name) => `\`${name}\``).join(', ')}`);
  return sums.map(({ Table, Checksum }) => [String(Table), String(Checksum)]);
}

it('predicts each count of the resync that follows, in either mode, and writes nothing at either edition', async () => {
  await generated(40, true);
  await inWorld(async (world) => {
    const dryRunAndSend = async (mode: ResyncRequest['mode']) => {
      const editions = [databases.districtUrl, databases.stateUrl];
      const before = await Promise.all(editions.map(checksums));
      const runsBefore = await world.control('resync').count({ n: '*' });
      const predicted = await world.verify({
        kind: 'dryRun',
        ...(mode === 'everything' && { mode }),
      });
      expect(await Promise.all(editions.map(checksums))).toEqual(before);
      expect(await world.control('resync').count({ n: '*' })).toEqual(runsBefore);
      const { resyncId, objects } = await world.resync({ mode });
      // What the state owns comes down after the run, and would be taken for the next dry run's
      // doing.
      for (const { objectName } of (await world.control('syncEvent').where({ resyncID: resyncId })) as {
        objectName: string;
      }[])
        await world.eventAfter(resyncId, objectName);
      const actual = (await readResync(world.control, resyncId)).objectResults.map(({ object, counts }) => {
        const { processed: _, errors: __, ...rest } = counts;
        return [object, rest];
      });
      expect(predicted.objectResults.map(({ object, predicted: counts }) => [object, counts])).toEqual(
        actual,
      );
      return { predicted, objects };
    };
    const first = await dryRunAndSend('compare');
    expect(first.objects.some(({ blocked }) => blocked > 0)).toBe(true);
    expect(first.predicted.estimate).toMatchObject({ runs: 0, defaultRecordsPerSecond: 5_000 });

    await atState('DELETE FROM CensusContactSummary ORDER BY censusContactSummaryID LIMIT 3');
    await atDistrict('DELETE FROM CensusContactSummary ORDER BY censusContactSummaryID DESC LIMIT 2');
    const second = await dryRunAndSend('compare');
    expect(second.predicted.estimate).toMatchObject({ runs: 1, objectsAtDefault: 0 });
    const contact = second.predicted.objectResults.find(({ object }) => object === 'CensusContactSummary')!;
    expect(contact.predicted).toMatchObject({ inserted: 3 });
    expect(contact.predicted.extra).toBeGreaterThan(0);

    const third = await dryRunAndSend('everything');
    expect(third.objects.some(({ updated }) => updated > 0)).toBe(true);
    // An estimate stays what it was when the dry run was made.
    const later = await readVerification(world.control, first.predicted.verificationId);
    expect(later.estimate).toEqual(first.predicted.estimate);
  });
});
