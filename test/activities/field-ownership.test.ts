import { syncObject } from '../../src/catalog/builtin/entry';
import { runOn } from '../support/run-on';
import { createTestDatabases, type TestDatabases } from '../support/stack';
import { ResyncWorld, testDistrict } from './world';

let databases: TestDatabases;
beforeEach(async () => {
  databases = await createTestDatabases();
});
afterEach(() => databases.drop());

const student = syncObject({ name: 'Student', label: 'Student', key: ['studentID'] });
const columns = 'studentID INT, guid CHAR(36) NOT NULL, name VARCHAR(40), grade VARCHAR(40)';
/** Values of `grade` at the state, the first 100 records (the first range) and the others. */
const grades = async (): Promise<string[]> => {
  const rows = await runOn(
    databases.stateUrl,
    'SELECT DISTINCT CONCAT(studentID > 100, grade) AS g FROM Student ORDER BY g',
  );
  return rows.map((row) => String(row['g']));
};
/**
 * From the moment in which the first range is in the ledger the field is the other's, as if a
 * person had set it then.
 */
const setAfterFirstRange = (owner: string) =>
  runOn(
    databases.controlUrl,
    'DROP TRIGGER IF EXISTS change_owner',
    `CREATE TRIGGER change_owner AFTER INSERT ON rangeLedger FOR EACH ROW
       INSERT INTO fieldSetting (districtID, objectName, fieldName, owner, changedBy)
       SELECT '${testDistrict}', 'Student', 'grade', '${owner}', 'test' FROM DUAL WHERE NEW.rangeNo = 0
       ON DUPLICATE KEY UPDATE owner = '${owner}'`,
  );

it('a change of ownership takes effect with the next range, in both directions', async () => {
  await runOn(
    databases.districtUrl,
    `CREATE TABLE Student (${columns}, PRIMARY KEY (studentID))`,
    "INSERT INTO Student SELECT seq, UUID(), 'N', 'first' FROM seq_1_to_200",
  );
  await runOn(
    databases.stateUrl,
    `CREATE TABLE Student (districtID INT, ${columns}, PRIMARY KEY (districtID, studentID))`,
  );
  const copy = { rangeRecords: 100, lanes: 1, rangesInFlight: 1 };
  const catalog = { name: 'test', objects: [student] };
  await ResyncWorld.use({ databases, catalog, schoolYear: 2027, copy }, async (world) => {
    await world.resync();
    expect(await grades()).toEqual(['0first', '1first']);

    await runOn(databases.districtUrl, "UPDATE Student SET grade = 'second', name = 'M'");
    await setAfterFirstRange('state');
    const taken = await world.resync({ acceptUpdates: true });
    expect(await grades()).toEqual(['0second', '1first']);
    // The rest of the record was sent all the same.
    expect(taken.objects).toMatchObject([{ updated: 200, errors: 0 }]);
    expect(await runOn(databases.stateUrl, "SELECT 1 FROM Student WHERE name <> 'M'")).toEqual([]);

    await runOn(databases.districtUrl, "UPDATE Student SET grade = 'third'");
    await setAfterFirstRange('district');
    const back = await world.resync({ acceptUpdates: true });
    expect(await grades()).toEqual(['0second', '1third']);
    expect(back.objects).toMatchObject([{ unchanged: 100, updated: 100 }]);
  });
});
