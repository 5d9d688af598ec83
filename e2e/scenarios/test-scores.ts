import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface Errors {
  readonly items: readonly {
    readonly key: readonly string[];
    readonly outcome: string;
    readonly code: string;
  }[];
}

/** Key of the first test and score planted; the others follow. */
const first = 900_001;

/**
 * A test with one score that breaks one requirement of the specification; what mends it. The last
 * one is the student's.
 */
const broken: readonly { readonly code: string; readonly breaks: string; readonly mends: string }[] = [
  {
    code: 'TEST_WITHOUT_CODE',
    breaks: 'stateCode = NULL, nationalCode = NULL',
    mends: "stateCode = 'MATH'",
  },
  { code: 'TEST_NOT_PUBLISHED', breaks: 'published = 0', mends: 'published = 1' },
  {
    code: 'SCORE_WITHOUT_DATE_OR_YEAR',
    breaks: 'testEndYear = NULL',
    mends: `testEndYear = ${firstYear}`,
  },
  {
    code: 'SCORE_OUTSIDE_YEAR',
    breaks: `testEndYear = ${firstYear - 1}`,
    mends: `testEndYear = ${firstYear}`,
  },
  { code: 'TEST_LOCKED', breaks: 'editNotAvailable = 1', mends: 'editNotAvailable = 0' },
  { code: 'STUDENT_NOT_ENROLLED', breaks: 'published = 1', mends: 'published = 1' },
];
const last = first + broken.length - 1;

/**
 * East's test scores break each of the specification's "Test Scores Batch Sync Requirements";
 * mended, they sync.
 */
export async function testScores({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('East’s test scores and the six requirements');
  const atState = async (): Promise<number[]> => {
    const rows = await stage.sql(
      'state',
      'SELECT testScoreID AS id FROM TestScore WHERE districtID = ? AND testScoreID BETWEEN ? AND ? ORDER BY 1',
      [stage.numberOf('east'), first, last],
    );
    return rows.map((row) => Number(row['id']));
  };
  const send = async (does: string, color: string): Promise<string> => {
    const { resyncId } = await teller.step<Accepted>({
      does,
      as: people.east,
      method: 'POST',
      path: '/districts/east/resyncs',
      body: { objects: ['Test', 'TestScore'], checkDependencies: false },
      status: 202,
    });
    await teller.until<Resync>({
      does: `… which ends ${color}`,
      as: people.east,
      path: `/resyncs/${resyncId}`,
      done: ended,
      tells: (resync) => {
        must(resync.status === 'finished' && resync.color === color, `it is ${color}`);
        return outcomeOf(resync);
      },
    });
    return resyncId;
  };

  await teller.also('six scores are entered, each of which breaks one requirement', async () => {
    for (const [i, { breaks }] of broken.entries()) {
      const id = first + i;
      await stage.sql(
        'east',
        `INSERT INTO Test (testID, guid, name, stateCode, published, editNotAvailable, testEndYear)
           VALUES (?, UUID(), 'Planted', 'MATH', 1, 0, ?)`,
        [id, firstYear],
      );
      await stage.sql('east', `UPDATE Test SET ${breaks} WHERE testID = ?`, [id]);
      await stage.sql(
        'east',
        `INSERT INTO TestScore (testScoreID, guid, personID, testID, endYear, scoreDate, result)
           SELECT ?, UUID(), MIN(personID), ?, ?, NULL, 'P' FROM Enrollment WHERE endYear = ? AND endDate IS NULL`,
        [id, id, firstYear, firstYear],
      );
    }
    await stage.sql(
      'east',
      `UPDATE TestScore SET personID = (SELECT MIN(p.personID) FROM PersonIdentity p
         WHERE NOT EXISTS (SELECT 1 FROM Enrollment e WHERE e.personID = p.personID)) WHERE testScoreID = ?`,
      [last],
    );
    return '';
  });
  const resyncId = await send('east sends its tests and scores', 'red');
  await teller.step<Errors>({
    does: 'each score says which requirement it breaks',
    as: people.east,
    path: `/resyncs/${resyncId}/errors?object=TestScore&limit=500`,
    status: 200,
    tells: ({ items }) => {
      const codeOf = new Map(items.map(({ key, code }) => [Number(key[0]), code]));
      for (const [i, { code }] of broken.entries())
        must(codeOf.get(first + i) === code, `score ${first + i} is refused with ${code}`);
      return broken.map(({ code }) => code).join(', ');
    },
  });
  await teller.also('none of them is at the state', async () => {
    must((await atState()).length === 0, 'no planted score at the state');
    return '';
  });
  await teller.also('each is mended at the district', async () => {
    for (const [i, { mends }] of broken.entries())
      await stage.sql('east', `UPDATE Test SET ${mends} WHERE testID = ?`, [first + i]);
    await stage.sql(
      'east',
      `UPDATE TestScore SET personID = (SELECT MIN(personID) FROM Enrollment WHERE endYear = ? AND endDate IS NULL)
        WHERE testScoreID = ?`,
      [firstYear, last],
    );
    return '';
  });
  await send('east sends them again', 'green');
  await teller.also('now all six are at the state', async () => {
    const scores = await atState();
    must(scores.length === broken.length, `six scores, not ${scores.join(', ')}`);
    return scores.join(', ');
  });
}
