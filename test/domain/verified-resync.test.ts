import { noRecords, type RangeCounts } from '../../src/domain/outcome';
import { estimateTime, predictedCounts } from '../../src/domain/dry-run';
import { type ComparedCounts, nothingCompared, type VerifiedObject } from '../../src/domain/verification';
import { endOfVerifiedResync, objectsToSend } from '../../src/domain/verified-resync';

function verified(
  object: string,
  counts: Partial<ComparedCounts> = {},
  predicted: Partial<RangeCounts> = {},
  over: Partial<VerifiedObject> = {},
): VerifiedObject {
  return {
    object,
    cycle: null,
    status: 'finished',
    counts: { ...nothingCompared, ...counts },
    predicted: { ...noRecords, ...predicted },
    ...over,
  };
}

const equal = verified('District');
const drifted = verified('School', { missing: 1 }, { inserted: 1 });
const extra = verified('Calendar', { extra: 2 }, { extra: 2 });
const stuck = verified('Course', { missing: 3 }, { blocked: 3 });
const unseen = verified('Room', {}, {}, { status: 'failed' });

test('a loop sends what a resync would mend, and what could not be compared, in the order of the plan', () => {
  expect(objectsToSend([equal, drifted, extra, stuck, unseen])).toEqual(['School', 'Room']);
  expect(objectsToSend([equal])).toEqual([]);
});

test('records only at the state are a reason to send an object where they are to be removed', () => {
  expect(objectsToSend([equal, drifted, extra], 'apply')).toEqual(['School', 'Calendar']);
});

test('of a cycle all are sent', () => {
  const cycle = 'Department+Employee';
  const objects = [
    verified('Department', { extra: 1 }, { extra: 1 }, { cycle }),
    verified('Employee', {}, {}, { cycle }),
  ];
  expect(objectsToSend(objects)).toEqual([]);
  expect(objectsToSend(objects, 'apply')).toEqual(['Department', 'Employee']);
});

test('a loop ends green only when all is equal, and else says what differs and what to do', () => {
  const of = { verificationId: 'v', sent: 2 };
  const excluded = verified('Test', { excluded: 4 }, { excluded: 4 });
  expect(endOfVerifiedResync([equal, excluded], of)).toEqual({
    color: 'green',
    message: '2 object(s) were sent: verified equal, known exclusions apart.',
  });
  for (const one of [drifted, extra, stuck, unseen])
    expect(endOfVerifiedResync([equal, one], of)).toMatchObject({
      color: 'red',
      message: expect.stringContaining(one.object) as string,
    });
  expect(endOfVerifiedResync([drifted, extra, stuck, unseen], of).message).toBe(
    '2 object(s) were sent, and the editions still differ: School (1 missing), Calendar (2 only at the state), ' +
      'Course (3 missing), Room (not compared). Mend the records that the errors and the samples of verification v ' +
      'name. Records only at the state go with removals "apply". Records changed while it ran: send again.',
  );
});

test('to send everything is predicted to write equal records too', () => {
  const predicted = { ...noRecords, updated: 1, unchanged: 5, blocked: 2 };
  expect(predictedCounts(predicted)).toEqual(predicted);
  expect(predictedCounts(predicted, 'everything')).toEqual({ ...predicted, updated: 6, unchanged: 0 });
});

test('an estimate goes by the pace of each object’s own runs, and says where it had none', () => {
  const run = { resyncId: 'r', runSeconds: 30, runObjectSeconds: 60 };
  const past = [
    { ...run, object: 'Enrollment', records: 1_000, seconds: 20 },
    { ...run, object: 'Roster', records: 4_000, seconds: 40 },
  ];
  // Twice as many enrollments take twice as long; two objects went side by side.
  expect(estimateTime([{ object: 'Enrollment', records: 2_000 }], past)).toMatchObject({
    seconds: 20,
    runs: 1,
    objectsAtDefault: 0,
  });
  const mixed = estimateTime(
    [
      { object: 'Enrollment', records: 1_000 },
      { object: 'Day', records: 50_000 },
    ],
    past,
  );
  expect(mixed).toMatchObject({ seconds: 20, objectsAtDefault: 1 });
  expect(mixed.text).toBe(
    'About 20 s, based on the district’s last 1 finished run(s), and for 1 of 2 object(s) on 5,000 records per second, the default.',
  );
  expect(estimateTime([{ object: 'Day', records: 0 }], []).text).toContain('no finished run');
});
