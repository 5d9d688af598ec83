import type { SampleRow } from '../write-table';
import type { Element, ReadSample } from './xml';

const suites = ['ACT', 'SAT', 'StateAssessment'];
const scaleScores = ['Scale score', 'Composite Score', 'Vertical score'];

/** Tests with their parts, and scores of both. */
export function assessmentTables(read: ReadSample): Record<string, SampleRow[]> {
  const assessments = suites.flatMap((suite) => read(`AssessmentMetadata-${suite}`, 'Assessment'));
  const parts = suites.flatMap((suite) => read(`AssessmentMetadata-${suite}`, 'ObjectiveAssessment'));
  const tests = new Map<string, number>();
  const testRow = (key: string, row: SampleRow): SampleRow => {
    tests.set(key, tests.size + 1);
    // ACT, SAT and the like are national tests; the file's own number stands for the code that the
    // sample doesn't have.
    const nationalCode = `ED-FI-${tests.get(key)!}`;
    return {
      testID: tests.get(key)!,
      ...row,
      nationalCode,
      published: 1,
      editNotAvailable: 0,
      testEndYear: 2022,
    };
  };
  const rows = assessments.map((assessment) => {
    const identifier = assessment.need('AssessmentIdentifier');
    return testRow(identifier, { name: identifier, parentTestID: null });
  });
  for (const part of parts) {
    const parent = part.need(`${assessmentPath}`);
    const code = part.need('IdentificationCode');
    rows.push(testRow(`${parent}/${code}`, { name: code, parentTestID: tests.get(parent)! }));
  }
  const scores = suites.flatMap((suite) =>
    read(`StudentAssessment-${suite}`, 'StudentAssessment').flatMap((taken) => {
      const parent = taken.need(assessmentPath);
      const whole = { taken, scored: taken, testID: tests.get(parent)! };
      const ofParts = taken.all('StudentObjectiveAssessment').map((scored) => {
        const code = scored.need(
          'ObjectiveAssessmentReference.ObjectiveAssessmentIdentity.IdentificationCode',
        );
        return { taken, scored, testID: tests.get(`${parent}/${code}`)! };
      });
      return [whole, ...ofParts];
    }),
  );
  return {
    Test: rows,
    TestScore: scores.map(({ taken, scored, testID }, index) => ({
      testScoreID: index + 1,
      personID: Number(taken.need('StudentReference.StudentIdentity.StudentUniqueId')),
      testID,
      scoreDate: taken.need('AdministrationDate').replace('T', ' '),
      rawScore: scoreOf(scored, ['Raw score']),
      scaleScore: scoreOf(scored, scaleScores),
      percent: scoreOf(scored, ['National College-Bound Percentile']),
      result: scored.descriptor('PerformanceLevel.PerformanceLevel')?.slice(0, 20) ?? null,
      invalid: 0,
    })),
  };
}

const assessmentPath = 'AssessmentReference.AssessmentIdentity.AssessmentIdentifier';

function scoreOf(scored: Element, methods: readonly string[]): string | null {
  const result = scored
    .all('ScoreResult')
    .find((score) => methods.includes(score.descriptor('AssessmentReportingMethod') ?? ''));
  return result?.text('Result') ?? null;
}
