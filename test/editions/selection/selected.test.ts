import type { SyncObject } from '../../../src/domain/catalog';
import type { RecordKey } from '../../../src/domain/record-error';
import { selectAround, selectErrors, findRecord } from '../../../src/editions/selection/select-records';
import type { RangeJob } from '../../../src/editions/mapping/job';
import type { ChoiceJob } from '../../../src/editions/selection/record-search';
import { sendSelected } from '../../../src/editions/selection/send-selected';
import { verifyCycle } from '../../../src/editions/transfer/verify-cycle';
import { counts, object, rows, World } from '../support';

/**
 * School <- person <- mark of a year, which belongs to a room softly; and staff who lead each
 * other, a cycle.
 */

const link = (parent: string, column: string, parentColumn = column) => ({
  object: parent,
  columns: [column],
  parentColumns: [parentColumn],
});
const objects: readonly SyncObject[] = [
  object('school', ['schoolID']),
  object('person', ['personID'], { parents: ['school'], references: [link('school', 'schoolID')] }),
  object('room', ['roomID'], { parents: ['school'], references: [link('school', 'schoolID')] }),
  object('mark', ['personID', 'no'], {
    parents: ['person'],
    softParents: ['room'],
    references: [link('person', 'personID')],
    softReferences: [link('room', 'roomID')],
    schoolYear: { column: 'endYear' },
  }),
  object('staff', ['staffID'], {
    parents: ['school'],
    references: [link('school', 'schoolID'), link('staff', 'leaderID', 'staffID')],
    cycle: 'staff',
  }),
];
const names = objects.map(({ name }) => name);

let world: World;
beforeEach(async () => {
  world = await World.open();
  const tables = (tenant: string, scope: string) => [
    `CREATE TABLE school (${tenant} schoolID INT NOT NULL, name VARCHAR(20), PRIMARY KEY (${scope} schoolID))`,
    `CREATE TABLE person (${tenant} personID INT NOT NULL, schoolID INT NOT NULL, name VARCHAR(${scope === '' ? 40 : 20}),
       PRIMARY KEY (${scope} personID), FOREIGN KEY (${scope} schoolID) REFERENCES school (${scope} schoolID))`,
    `CREATE TABLE room (${tenant} roomID INT NOT NULL, schoolID INT NOT NULL,
       PRIMARY KEY (${scope} roomID), FOREIGN KEY (${scope} schoolID) REFERENCES school (${scope} schoolID))`,
    `CREATE TABLE mark (${tenant} personID INT NOT NULL, no INT NOT NULL, roomID INT NOT NULL, endYear SMALLINT NOT NULL,
       PRIMARY KEY (${scope} personID, no), FOREIGN KEY (${scope} personID) REFERENCES person (${scope} personID))`,
    `CREATE TABLE staff (${tenant} staffID INT NOT NULL, schoolID INT NOT NULL, leaderID INT NULL,
       PRIMARY KEY (${scope} staffID), FOREIGN KEY (${scope} schoolID) REFERENCES school (${scope} schoolID),
       FOREIGN KEY (${scope} leaderID) REFERENCES staff (${scope} staffID))`,
  ];
  await world.district(...tables('', ''));
  await world.state(...tables('districtID INT NOT NULL,', 'districtID,'));
  await world.district(
    `INSERT INTO school VALUES (1, 'One'), (2, 'Two')`,
    `INSERT INTO person VALUES ${rows(700, (i) => `${i}, ${i > 600 ? 2 : 1}, 'Person ${i}'`)}`,
    `INSERT INTO room VALUES (1, 1), (2, 2)`,
    // Marks 1 to 3 of each person in a room of the own school; the third is last year's.
    `INSERT INTO mark SELECT personID, no, schoolID, IF(no = 3, 2026, 2027)
       FROM person JOIN (SELECT 1 AS no UNION SELECT 2 UNION SELECT 3) n`,
    'UPDATE mark SET roomID = 1 WHERE personID = 700 AND no = 1',
    // 5 leads 4, who leads 3, who leads 2, who leads 1, who leads 5: a circle.
    'SET foreign_key_checks = 0',
    `INSERT INTO staff VALUES (1, 1, 2), (2, 1, 3), (3, 1, 4), (4, 1, 5), (5, 1, 1), (6, 2, NULL)`,
  );
});
afterEach(() => world.close());

async function choiceJob(fields: Partial<ChoiceJob> = {}): Promise<ChoiceJob> {
  const { editions, catalog, scope, signal, fence } = await world.job(objects, 'person');
  return { editions, catalog, scope, signal, choiceId: fence.resyncId, objects: names, ...fields };
}

async function selected(choiceId: string): Promise<Record<string, number>> {
  const found = await world.control(
    `SELECT objectName, why, COUNT(*) AS n, COUNT(search) AS open FROM resyncSelection
      WHERE resyncID = '${choiceId}' GROUP BY objectName, why ORDER BY objectName, why`,
  );
  expect(found.filter(({ open }) => Number(open) > 0)).toEqual([]);
  return Object.fromEntries(
    found.map(({ objectName, why, n }) => [`${String(objectName)} ${String(why)}`, Number(n)]),
  );
}

/** Sends what is chosen of an object; to be called again, as a repeated activity would be. */
async function sender({ choiceId, scope }: ChoiceJob, name: string, fields: Partial<RangeJob> = {}) {
  const [lease] = await world.control(`SELECT epoch FROM districtLease WHERE districtID = 'd1'`);
  const fence = { resyncId: choiceId, epoch: Number(lease!['epoch']) };
  const job = await world.job(objects, name, { fence, scope });
  const range = { rangeNo: 0, after: null, upTo: null };
  return {
    job,
    send: (more: Partial<RangeJob> = fields) => sendSelected({ ...job, range, ...more }),
  };
}

const stateCounts = async () => {
  const tables = await Promise.all(
    names.map(async (name) => [
      name,
      Number((await world.state(`SELECT COUNT(*) AS n FROM ${name}`))[0]!['n']),
    ]),
  );
  return Object.fromEntries(tables) as Record<string, number>;
};

test('a record is chosen with all that hangs below it in the year, and with the parents of each of these', async () => {
  const person = await choiceJob();
  expect(await selectAround(person, { object: 'person', key: ['601'] })).toEqual([]);
  expect(await selected(person.choiceId)).toEqual({
    'person asked': 1,
    'mark descendant': 2,
    'school ancestor': 1,
  });
  const school = await choiceJob();
  await selectAround(school, { object: 'school', key: ['1'] });
  expect(await selected(school.choiceId)).toEqual({
    'school asked': 1,
    'person descendant': 600,
    'room descendant': 1,
    'mark descendant': 1201,
    'staff descendant': 5,
    // A pupil of the other school has a mark in a room of this one.
    'person ancestor': 1,
    'school ancestor': 1,
  });
});

test('a soft reference leads down to what belongs to a record, and never up', async () => {
  const room = await choiceJob();
  await selectAround(room, { object: 'room', key: ['2'] });
  expect(await selected(room.choiceId)).toEqual({
    'room asked': 1,
    'mark descendant': 199,
    'person ancestor': 100,
    'school ancestor': 1,
  });
});

test('records that refer to each other in a circle are each chosen once, from whichever one starts', async () => {
  for (const key of [['1'], ['3']]) {
    const job = await choiceJob();
    await selectAround(job, { object: 'staff', key });
    expect(await selected(job.choiceId)).toEqual({
      'staff asked': 1,
      'staff descendant': 4,
      'school ancestor': 1,
    });
  }
});

test('objects the district does not send are neither chosen nor followed', async () => {
  const job = await choiceJob({ objects: ['school', 'room', 'mark'] });
  await selectAround(job, { object: 'school', key: ['2'] });
  expect(await selected(job.choiceId)).toEqual({
    'school asked': 1,
    'room descendant': 1,
    'mark descendant': 199,
  });
});

test('a search that breaks off anywhere goes on where it stopped and finds the same', async () => {
  const whole = await choiceJob();
  await selectAround(whole, { object: 'school', key: ['1'] });
  const broken = await choiceJob();
  for (let after = 1; ; after += 1) {
    const stop = new AbortController();
    let looked = 0;
    const onObject = () => {
      looked += 1;
      if (looked > after) stop.abort(new Error('the worker died'));
    };
    try {
      await selectAround({ ...broken, signal: stop.signal, onObject }, { object: 'school', key: ['1'] });
      break;
    } catch (error) {
      expect((error as Error).message).toBe('the worker died');
    }
  }
  expect(await selected(broken.choiceId)).toEqual(await selected(whole.choiceId));
});

test('an object whose tables do not fit is told, by every attempt', async () => {
  await world.state('ALTER TABLE mark DROP COLUMN roomID');
  const job = await choiceJob();
  for (const _ of [1, 2])
    expect(await selectAround(job, { object: 'person', key: ['1'] })).toEqual([
      { object: 'mark', why: expect.stringContaining('roomID') as string },
    ]);
});

test('a key is found as the district writes it, and not found where it can be none', async () => {
  await world.district(`CREATE TABLE code (code VARCHAR(10) PRIMARY KEY)`, `INSERT INTO code VALUES ('Ab')`);
  await world.state(
    `CREATE TABLE code (districtID INT NOT NULL, code VARCHAR(10) NOT NULL, PRIMARY KEY (districtID, code))`,
  );
  const find = async (name: string, key: RecordKey) => {
    const { editions, mapping, scope } = await world.job([...objects, object('code', ['code'])], name);
    return findRecord(editions, mapping, scope, key);
  };
  expect(await find('code', ['aB'])).toEqual(['Ab']);
  expect(await find('person', ['701'])).toBeNull();
  expect(await find('person', ['7 OR 1=1'])).toBeNull();
  expect(await find('mark', ['1'])).toBeNull();
  expect(await find('mark', ['1', '2'])).toEqual(['1', '2']);
  // Last year's.
  expect(await find('mark', ['1', '3'])).toBeNull();
});

test('chosen records are sent page by page, count once whatever dies, and nothing else is touched', async () => {
  const job = await choiceJob();
  await selectAround(job, { object: 'school', key: ['1'] });
  await (await sender(job, 'school')).send();
  const { job: page, send } = await sender(job, 'person');
  let pages = 0;
  const crash = (): void => {
    pages += 1;
    if (pages === 3) throw new Error('the worker died');
  };
  await expect(send({ beforeCommit: crash })).rejects.toThrow('the worker died');
  await expect(
    send({
      onPage: () => {
        throw new Error('the worker died');
      },
    }),
  ).rejects.toThrow('the worker died');
  expect(await send()).toEqual({ ...counts({ inserted: 601 }), read: 601 });
  expect(await send()).toEqual({ ...counts({ inserted: 601 }), read: 601 });
  expect(await world.books(page)).toEqual(counts({ inserted: 601 }));
  expect(await world.state('SELECT COUNT(*) AS n FROM person WHERE personID > 600')).toEqual([{ n: 1 }]);
  await (await sender(job, 'mark')).send();
  // The last year's marks, and those of the other school's pupils, stay where they were.
  expect(await stateCounts()).toMatchObject({ school: 2, person: 601, mark: 1201, staff: 0 });
});

test('a chosen record that the district no longer has counts nothing', async () => {
  const job = await choiceJob();
  await selectAround(job, { object: 'room', key: ['1'] });
  await (await sender(job, 'school')).send();
  await world.district('DELETE FROM room WHERE roomID = 1');
  const { job: page, send } = await sender(job, 'room');
  expect(await send()).toEqual({ ...counts({}), read: 0 });
  expect(await world.books(page)).toEqual(counts({}));
});

test('the members of a circle are sent though each needs the other', async () => {
  const job = await choiceJob();
  await selectAround(job, { object: 'staff', key: ['1'] });
  await (await sender(job, 'school')).send();
  const { job: page, send } = await sender(job, 'staff');
  expect(await send()).toEqual({ ...counts({ inserted: 5 }), read: 5 });
  expect(await verifyCycle([page])).toEqual({ takenBack: 0 });
  expect(await world.state('SELECT staffID, leaderID FROM staff ORDER BY staffID')).toHaveLength(5);
});

test('a retry chooses the stored errors of the outcomes asked for, and what blocked ones need, however far up', async () => {
  const first = (await choiceJob()).choiceId;
  const error = (name: string, key: string, outcome: string): string =>
    `('${first}', 'd1', '${name}', '${key}', '${outcome}', 'CODE', 'Words.')`;
  await world.control(
    `INSERT INTO recordError (resyncID, districtID, objectName, recordKey, outcome, code, message) VALUES
      ${error('mark', '["7","1"]', 'blocked')}, ${error('mark', '["8","1"]', 'failed')},
      ${error('person', '["650"]', 'excluded')}, ${error('mark', '["9999","1"]', 'blocked')}`,
  );
  const all = await choiceJob();
  await selectErrors(all, { resyncId: first, outcomes: ['excluded', 'blocked', 'failed'] });
  expect(await selected(all.choiceId)).toEqual({
    'mark error': 3,
    'person error': 1,
    'person parent': 1,
    'school parent': 1,
  });
  // Parents first, and the chain is there; the excluded person's school and the failed mark's
  // person were no errors.
  for (const name of ['school', 'person', 'mark']) await (await sender(all, name)).send();
  expect(await stateCounts()).toMatchObject({ school: 1, person: 1, mark: 1 });
  const failed = await choiceJob();
  await selectErrors(failed, { resyncId: first, outcomes: ['failed'] });
  expect(await selected(failed.choiceId)).toEqual({ 'mark error': 1 });
  await world.control(
    `UPDATE recordError SET code = 'OTHER' WHERE resyncID = '${first}' AND recordKey = '["8","1"]'`,
  );
  const outcomes = ['excluded', 'blocked', 'failed'] as const;
  const narrow = await choiceJob();
  await selectErrors(narrow, { resyncId: first, outcomes, objects: ['mark'], codes: ['OTHER'] });
  expect(await selected(narrow.choiceId)).toEqual({ 'mark error': 1 });
  const persons = await choiceJob();
  await selectErrors(persons, { resyncId: first, outcomes, objects: ['person'] });
  expect(await selected(persons.choiceId)).toEqual({ 'person error': 1 });
});
