import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface History {
  readonly items: readonly {
    readonly resyncId: string;
    readonly initiator: string;
    readonly scenario: string;
    readonly outcome: string;
    readonly evidence: string;
    readonly error: { readonly code: string } | null;
  }[];
}

const tellHistory = ({ items }: History): string =>
  items.map(({ outcome, scenario, error }) => `${error?.code ?? outcome} (${scenario})`).join(' ← ');

/**
 * One student's enrollment of North, run by run: written, in error, mended. Each answer is held
 * against the databases.
 */
export async function recordHistory({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('What became of one enrollment of North');
  const [row] = await stage.sql(
    'north',
    'SELECT MIN(enrollmentID) AS id FROM Enrollment WHERE endYear = ? AND stateExclude = 0',
    [firstYear],
  );
  const id = Number(row!['id']);
  const path = `/districts/north/records/Enrollment/${id}/history`;

  const both = await teller.step<History>({
    does: 'the state looks an enrollment up: written by the go-live, and again when the state asked',
    as: people.state,
    path,
    status: 200,
    tells: (history) => {
      const first = history.items.at(-1)!;
      must(
        first.scenario === 'GO_LIVE' && first.outcome === 'inserted' && first.evidence === 'record',
        'the go-live inserted it',
      );
      must(
        history.items.some(({ initiator, outcome }) => initiator === 'state' && outcome === 'updated'),
        'the state’s request wrote it',
      );
      return tellHistory(history);
    },
  });
  await teller.step<History>({
    does: 'North looks the same enrollment up and is told of its own resyncs only',
    as: people.north,
    path,
    status: 200,
    tells: (history) => {
      const own = both.items.filter(({ initiator }) => initiator === 'district');
      must(own.length < both.items.length, 'there are runs of the state');
      must(JSON.stringify(history.items) === JSON.stringify(own), 'exactly its own');
      return tellHistory(history);
    },
  });
  await teller.also('the books have no run of North’s enrollments beside these', async () => {
    const runs = await stage.sql(
      'control',
      "SELECT resyncID FROM DISBatchHistory WHERE districtID = 'north' AND objectName = 'Enrollment' AND recordsRead > 0",
    );
    const told = new Set(both.items.map(({ resyncId }) => resyncId));
    must(
      runs.length === told.size && runs.every((run) => told.has(String(run['resyncID']))),
      `${runs.length} runs`,
    );
    return `${runs.length} runs read North’s enrollments`;
  });

  const send = async (does: string, color: readonly string[]): Promise<void> => {
    const { resyncId } = await teller.step<Accepted>({
      does,
      as: people.north,
      method: 'POST',
      path: '/districts/north/resyncs',
      body: { objects: ['Enrollment'], checkDependencies: false, scenario: 'DATABASE_MODIFICATION' },
      status: 202,
    });
    await teller.until<Resync>({
      does: '… and that resync ends',
      as: people.north,
      path: `/resyncs/${resyncId}`,
      done: ended,
      tells: (resync) => {
        must(color.includes(String(resync.color)), `not ${String(resync.color)}`);
        return outcomeOf(resync);
      },
    });
  };
  const newest = (does: string, expected: string): Promise<History> =>
    teller.step<History>({
      does,
      as: people.north,
      path: `${path}?limit=1`,
      status: 200,
      tells: (history) => {
        const [last] = history.items;
        must(last?.evidence === 'record' && (last.error?.code ?? last.outcome) === expected, expected);
        return tellHistory(history);
      },
    });
  const held = async (where: 'north' | 'state'): Promise<string> => {
    const [found] = await stage.sql(
      where,
      `SELECT CONCAT(stateExclude + 0, ' ', percentEnrolled) AS held FROM Enrollment
        WHERE enrollmentID = ?${where === 'state' ? ' AND districtID = ?' : ''}`,
      where === 'state' ? [id, stage.numberOf('north')] : [id],
    );
    return String(found?.['held']);
  };

  await stage.sql('north', 'UPDATE Enrollment SET stateExclude = 1 WHERE enrollmentID = ?', [id]);
  await send('somebody marks it as state excluded past the application, and North sends its enrollments', [
    'yellow',
    'red',
  ]);
  await newest('its history says that it was not sent, and why', 'STATE_EXCLUDED_ENROLLMENT');
  await stage.sql(
    'north',
    'UPDATE Enrollment SET stateExclude = 0, percentEnrolled = 50 WHERE enrollmentID = ?',
    [id],
  );
  await send('the mark is taken back, the percentage changed, and North sends again', ['green']);
  await newest('its history says that it was written', 'updated');
  await teller.also('the databases agree on it', async () => {
    const [north, state] = [await held('north'), await held('state')];
    must(north === '0 50.00' && state === north, `${north} at North, ${state} at the state`);
    return 'not excluded, 50 percent, at North and at the state';
  });
}
