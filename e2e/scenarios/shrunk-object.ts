import type { Alert } from '../answers';
import { countBoth } from '../editions';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';
import { sendAndFollow } from '../send-and-follow';

/**
 * South loses most of its rosters by a careless statement: the run isn't green though no record is
 * in error, and both learn how many are missing.
 */
export async function shrunkObject(scene: Scene): Promise<void> {
  const { stage, teller, people } = scene;
  teller.chapter('South loses most of its rosters');
  const before = await countBoth(stage, 'south', 'Roster', firstYear);
  const body = { objects: ['Roster'], checkDependencies: false };
  await teller.also('a deletion without its condition takes two of three rosters', async () => {
    await stage.sql(
      'south',
      'CREATE TABLE backup_of_the_night AS SELECT * FROM Roster; DELETE FROM Roster WHERE endYear = ? AND enrollmentID % 3 > 0',
      [firstYear],
    );
    const { district } = await countBoth(stage, 'south', 'Roster', firstYear);
    must(district * 2 < before.state, `more than half, not ${before.district - district}`);
    return `${before.district} before, ${district} now`;
  });
  const left = (await countBoth(stage, 'south', 'Roster', firstYear)).district;
  const numbers = `${left} records at the district, and the state holds ${before.state}`;
  const run = await sendAndFollow(scene, 'south', {
    does: 'South sends its rosters and knows of nothing',
    body,
    ends: '… which ends red, without a record in error',
    judge: ({ status, color, totals, objectResults }) => {
      must(status === 'finished' && color === 'red' && totals?.errors === 0, `red, not ${String(color)}`);
      const roster = objectResults?.find(({ object }) => object === 'Roster');
      must(roster?.doubt === 'SHRUNK', `SHRUNK, not ${String(roster?.doubt)}`);
      must(roster!.message?.includes(numbers) === true, `both numbers: ${String(roster!.message)}`);
    },
  });
  await teller.step<{ items: readonly Alert[] }>({
    does: 'an alert says both numbers, and what to do',
    as: people.south,
    path: '/alerts?limit=500',
    status: 200,
    tells: ({ items }) => {
      const alert = items.find(
        ({ name, resyncId }) => name === 'Records Missing at the District' && resyncId === run.resyncId,
      );
      must(alert?.text.includes(numbers) === true, 'it is there');
      return alert!.text;
    },
  });
  await teller.also('the state has lost none of them', async () => {
    const { state } = await countBoth(stage, 'south', 'Roster', firstYear);
    must(state === before.state, `${state}, not ${before.state}`);
    return `${state} at the state`;
  });
  await teller.also('South puts them back from the night’s backup', async () => {
    await stage.sql(
      'south',
      'DELETE FROM Roster; INSERT INTO Roster SELECT * FROM backup_of_the_night; DROP TABLE backup_of_the_night',
    );
    return '';
  });
  await sendAndFollow(scene, 'south', {
    does: 'South sends its rosters again',
    body,
    ends: '… which is green, and had nothing to write',
    judge: ({ color, totals }) => {
      must(color === 'green' && totals?.unchanged === before.state, `all unchanged, not ${String(color)}`);
    },
  });
}
