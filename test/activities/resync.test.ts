import { createConnection } from 'mysql2/promise';
import { inflateRawSync } from 'node:zlib';
import { loadCatalog } from '../../src/catalog/load';
import { selectRows } from '../../src/control/database';
import { readRecordHistory } from '../../src/features/record-history/read';
import { readMarks } from '../../src/domain/record-marks';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import type { PlantedOutcome } from '../../src/sample/generator/expected-outcomes';
import { partOfCatalog } from '../support/part-of-catalog';
import { createEditionsWithControl, type TestDatabases } from '../support/stack';
import { type ObjectRow, ResyncWorld, testDistrict } from './world';

const schoolYear = 2027;
let databases: TestDatabases;
beforeEach(async () => {
  databases = await createEditionsWithControl();
});
afterEach(() => databases.drop());

describe('a generated district with planted defects', () => {
  it('comes to the outcome its defects were planted for, and a second full resync writes nothing', async () => {
    await migrate(databases.districtUrl, 'district');
    await migrate(databases.stateUrl, 'state');
    const { planted } = await generateDistrict({
      districtUrl: databases.districtUrl,
      students: 300,
      seed: 11,
      defects: true,
      schoolYear,
    });
    expect(new Set(planted.map(({ outcome }) => outcome))).toEqual(
      new Set(['excluded', 'blocked', 'failed']),
    );
    await ResyncWorld.use({ databases, catalog: loadCatalog(), schoolYear }, async (world) => {
      const first = await world.resync();
      expect(first.status).toBe('finished');
      expect(first.objects.every(({ status }) => status === 'finished')).toBe(true);
      expect(outcomesOf(first.objects)).toEqual(sorted(planted));
      // Every district record is accounted for: the read count is the table's own.
      for (const { objectName, recordsRead } of first.objects) {
        expect({ objectName, records: recordsRead }).toEqual({
          objectName,
          records: await world.districtRecords(objectName),
        });
      }
      const second = await world.resync();
      expect(second.objects.filter(({ inserted, updated }) => inserted + updated > 0)).toEqual([]);
      expect(second.objects.map(({ objectName, errors }) => [objectName, errors])).toEqual(
        first.objects.map(({ objectName, errors }) => [objectName, errors]),
      );
    });
  });

  it('repairs planted drift: only the changed and missing records are written, extra ones are reported', async () => {
    await migrate(databases.districtUrl, 'district');
    await migrate(databases.stateUrl, 'state');
    await generateDistrict({
      districtUrl: databases.districtUrl,
      students: 200,
      seed: 3,
      defects: false,
      schoolYear,
    });
    await ResyncWorld.use(
      { databases, catalog: partOfCatalog('CensusContactSummary', 'Roster', 'Day'), schoolYear },
      async (world) => {
        const first = await world.resync();
        expect(await insertedByName(world)).toEqual(
          Object.fromEntries(first.objects.map(({ objectName, inserted }) => [objectName, inserted])),
        );
        const state = await createConnection(databases.stateUrl);
        await state.query('DELETE FROM CensusContactSummary ORDER BY censusContactSummaryID LIMIT 3');
        await state.end();
        const again = await world.resync({ objects: ['CensusContactSummary'], checkDependencies: false });
        expect(again.objects).toHaveLength(1);
        expect(again.objects[0]).toMatchObject({ inserted: 3, updated: 0, errors: 0, color: 'green' });
        const { items } = await readRecordHistory(world.control, {
          ...{ districtId: testDistrict, object: 'CensusContactSummary', key: ['1'] },
          ...{ yearTied: false, initiator: null },
        });
        expect(items.map(({ outcome, evidence }) => [outcome, evidence])).toEqual([
          ['inserted', 'record'],
          ['inserted', 'record'],
        ]);
      },
    );
  });
});

const outcomes = ['blocked', 'excluded', 'failed'] as const;

/** How many records of each object the books name as inserted. */
async function insertedByName({ control }: ResyncWorld): Promise<Record<string, number>> {
  const rows = await selectRows<{ objectName: string; marks: Buffer | null }>(
    control,
    'SELECT h.objectName, m.marks FROM DISBatchHistory h LEFT JOIN recordMarks m USING (resyncID, objectName)',
  );
  const named: Record<string, number> = {};
  for (const { objectName, marks } of rows) {
    const inserted = marks === null ? 0 : readMarks(inflateRawSync(marks).toString('utf8')).inserted.length;
    named[objectName] = (named[objectName] ?? 0) + inserted;
  }
  return named;
}

/** The errors of a run in the form in which the generator predicts them. */
function outcomesOf(objects: readonly ObjectRow[]): PlantedOutcome[] {
  return sorted(
    objects.flatMap((object) =>
      outcomes.map((outcome) => ({ object: object.objectName, outcome, records: object[outcome] })),
    ),
  ).filter(({ records }) => records > 0);
}

function sorted(planted: readonly PlantedOutcome[]): PlantedOutcome[] {
  const place = ({ object, outcome }: PlantedOutcome) => `${object} ${outcome}`;
  return [...planted].sort((a, b) => place(a).localeCompare(place(b)));
}
