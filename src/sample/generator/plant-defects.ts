import type { SyncObject } from '../../domain/catalog';
import type { DistrictFrame } from './frame';
import { transition } from './frame';
import type { Row } from './values';

/**
 * What is wrong with a record, and with which ones: every so many, from the `first` on. What
 * becomes of it (and of the records below it) is not said here: expected-outcomes.ts works it out
 * from the catalog and the state's schema.
 */
interface Defect {
  readonly every: number;
  readonly first: number;
  readonly set: Row;
}

/** Values the state rejects, see atState and checks in migrations/schema/tables. */
const defective: Readonly<Record<string, Defect>> = {
  PersonIdentity: { every: 400, first: 12, set: { lastName: 'Wolfeschlegelstein-'.repeat(3) } },
  CensusContactSummary: { every: 700, first: 33, set: { seq: 21 } },
  ContactLog: { every: 300, first: 4, set: { contactType: null } },
  Behavior: { every: 90, first: 2, set: { severity: 9 } },
  Employment: { every: 60, first: 2, set: { fte: '3.000' } },
  AttendanceExactCount: { every: 900, first: 44, set: { minutesAbsent: 2000 } },
  // Not rejected but not allowed to sync.
  Enrollment: { every: 150, first: 5, set: { stateExclude: 1 } },
};

/**
 * The column that points at a parent which doesn't exist, in one added record for each so many of
 * the object.
 */
const orphans: Readonly<Record<string, { readonly column: string; readonly every: number }>> = {
  AttendanceExactCount: { column: 'enrollmentID', every: 5_000 },
  Behavior: { column: 'personID', every: 200 },
  CensusContactSummary: { column: 'personID', every: 4_000 },
  Day: { column: 'scheduleStructureID', every: 5_000 },
  PlanProgressReport: { column: 'planID', every: 500 },
  TestScore: { column: 'testID', every: 3_000 },
};

const nowhere = 900_000_000;

/** The object's records with defects among them, and orphans after them. */
export function* plantDefects(object: SyncObject, rows: Iterable<Row>, frame: DistrictFrame): Iterable<Row> {
  const defect = defective[object.name];
  let n = 0;
  let last: Row | undefined;
  for (const row of rows) {
    n++;
    if (defect && n % defect.every === defect.first % defect.every) Object.assign(row, defect.set);
    change(object.name, row, frame);
    yield row;
    last = row;
  }
  const orphan = orphans[object.name];
  if (!orphan || !last) return;
  const key = object.key[0]!;
  for (let extra = 1; extra <= 1 + Math.floor(n / orphan.every); extra++) {
    yield {
      ...last,
      ...(object.schoolYear && { [object.schoolYear.column]: frame.schoolYear }),
      [key]: Number(last[key]) + extra,
      [orphan.column]: nowhere + extra,
    };
  }
}

/** Defects that follow from what a record is, not from its place. */
function change(object: string, row: Row, frame: DistrictFrame): void {
  if (object === 'Calendar' && row['summerSchool'] === 1) row['stateExclude'] = 1;
  if (object === 'StructureGradeLevel' && Number(row['structureGradeLevelID']) % 20 === transition) {
    row['stateExclude'] = 1;
  }
  if (object === 'Test') breakTest(row, frame);
  if (object === 'TestScore') breakScore(row, frame);
}

/**
 * The tests whose scores break the specification's "Test Scores Batch Sync Requirements", one each,
 * in the specification's order: no state or national code; not published; no date and no end year;
 * outside the scope year; locked for districts; student not actively enrolled (its scores are
 * staff's). They are roots, so that each breaks its own rule alone.
 */
const rule = {
  noCode: 19,
  unpublished: 20,
  undated: 21,
  otherYear: 22,
  locked: 23,
  notEnrolled: 24,
} as const;

function breakTest(row: Row, frame: DistrictFrame): void {
  if (Number(row['testID']) >= rule.noCode && Number(row['testID']) <= rule.notEnrolled)
    row['parentTestID'] = null;
  switch (Number(row['testID'])) {
    case rule.noCode:
      Object.assign(row, { stateCode: null, nationalCode: '' });
      break;
    case rule.unpublished:
      row['published'] = 0;
      break;
    case rule.undated:
      row['testEndYear'] = null;
      break;
    case rule.otherYear:
      row['testEndYear'] = frame.schoolYear - 3;
      break;
    case rule.locked:
      row['editNotAvailable'] = 1;
      break;
  }
}

function breakScore(row: Row, frame: DistrictFrame): void {
  switch (Number(row['testID'])) {
    case rule.undated:
      row['scoreDate'] = null;
      break;
    case rule.otherYear:
      row['scoreDate'] = `${frame.schoolYear - 4}-11-03 09:00:00.000`;
      break;
    case rule.notEnrolled:
      row['personID'] = frame.staffPerson(Number(row['testScoreID']));
      break;
  }
}
