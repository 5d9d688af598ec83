import type { ExclusionRule } from '../../domain/catalog';
import { endYear, syncObject, to } from './entry';

/** Specification, "Test Scores Batch Sync Requirements": all must be true, in its order. */
const testScoreRequirements: readonly ExclusionRule[] = [
  {
    code: 'TEST_WITHOUT_CODE',
    when: { rule: 'testHasNoCode', column: 'testID' },
    message: 'The test has neither a state nor a national code: give it one, then its scores sync.',
  },
  {
    code: 'TEST_NOT_PUBLISHED',
    when: { rule: 'testNotPublished', column: 'testID' },
    message: 'The test is not published from the state edition: only scores of published tests sync.',
  },
  {
    code: 'SCORE_WITHOUT_DATE_OR_YEAR',
    when: { rule: 'scoreHasNoDateOrYear', column: 'scoreDate' },
    message:
      'The root-level score has no date and the test no end year: date the score or give the test its year.',
  },
  {
    code: 'SCORE_OUTSIDE_YEAR',
    when: { rule: 'scoreOutsideYear', column: 'scoreDate' },
    message: 'Neither the score’s date nor the test’s end year falls within the active scope year.',
  },
  {
    code: 'TEST_LOCKED',
    when: { rule: 'testLocked', column: 'testID' },
    message:
      'The state has locked the test (Prohibit Districts from Editing Published Scores): its scores do not sync.',
  },
  {
    code: 'STUDENT_NOT_ENROLLED',
    when: { rule: 'studentNotEnrolled', column: 'personID' },
    message: 'The student is not actively enrolled in the sending district in this school year.',
  },
];

/** Tests and scores. */
export const assessmentObjects = [
  syncObject({ name: 'Test', label: 'Test', key: ['testID'], parents: ['PersonIdentity'] }),
  syncObject({
    name: 'TestScore',
    label: 'Test score',
    key: ['testScoreID'],
    parents: ['PersonIdentity', 'Test'],
    references: [to('PersonIdentity', 'personID'), to('Test', 'testID')],
    schoolYear: endYear,
    exclusions: testScoreRequirements,
  }),
];
