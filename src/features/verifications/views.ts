import type { SampleView } from './list-samples';
import type { SchoolCounts } from './list-schools';
import type { VerificationHead, VerificationView } from './read';
import { countNames } from '../../domain/outcome';
import { parseRecordKey } from '../../domain/record-error';
import type { ComparedCounts } from '../../domain/verification';
import type { AnswerTo } from '../../http/route';
import type * as schemas from './schemas';

/** Verifications as the API shows them. */

const keyOf = (text: string | null): readonly string[] | null =>
  text === null ? null : parseRecordKey(text);

export function schoolView({
  object,
  schoolKey,
  counts,
}: SchoolCounts): AnswerTo<typeof schemas.schoolCounts> {
  return { object, school: keyOf(schoolKey), counts };
}

export function sampleView({ key, school, ...rest }: SampleView): AnswerTo<typeof schemas.sample> {
  return { ...rest, key: parseRecordKey(key), school: keyOf(school) };
}

const comparedNames = [
  'districtRecords',
  'stateRecords',
  'missing',
  'different',
  'extra',
  'excluded',
] as const satisfies readonly (keyof ComparedCounts)[];

/** A header, then one line per object, and one for each of its schools. */
export function verificationLines(
  view: VerificationView,
  schools: readonly SchoolCounts[],
): (string | number)[][] {
  const header = [
    'object',
    'school',
    'status',
    ...comparedNames,
    ...countNames.map((name) => `predicted_${name}`),
    'message',
  ];
  const lines = view.objectResults.flatMap((row) => [
    [
      row.object,
      '',
      row.status,
      ...comparedNames.map((name) => row.counts[name]),
      ...countNames.map((name) => row.predicted[name]),
      row.message ?? '',
    ],
    ...schools
      .filter(({ object, schoolKey }) => object === row.object && schoolKey !== null)
      .map(({ schoolKey, counts }) => [
        row.object,
        parseRecordKey(schoolKey!).join(' '),
        '',
        ...comparedNames.map((name) => counts[name]),
        ...countNames.map(() => ''),
        '',
      ]),
  ]);
  return [header, ...lines];
}

function headOf({
  estimate: _,
  totals: _totals,
  objectResults: _results,
  ...head
}: VerificationView): VerificationHead {
  return head;
}

/** Counts by object, then and now; of objects that were compared. */
export function changesView(
  then: VerificationView | null,
  now: VerificationView,
): AnswerTo<typeof schemas.changes> {
  const countsOf = (view: VerificationView | null): Map<string, ComparedCounts> =>
    new Map(
      (view?.objectResults ?? [])
        .filter(({ status }) => status === 'finished')
        .map(({ object, counts }) => [object, counts]),
    );
  const [before, after] = [countsOf(then), countsOf(now)];
  const names = new Set([...now.objectResults, ...(then?.objectResults ?? [])].map(({ object }) => object));
  return {
    then: then && headOf(then),
    now: headOf(now),
    objects: [...names].map((object) => ({
      object,
      then: before.get(object) ?? null,
      now: after.get(object) ?? null,
    })),
  };
}
