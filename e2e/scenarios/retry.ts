import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import { firstYear } from '../environment';
import { must } from '../narrator';

interface Retried extends Accepted {
  readonly selected: readonly { readonly object: string; readonly records: number }[];
}

interface Outcome extends Resync {
  readonly retryOf?: string;
  readonly objectResults: readonly {
    readonly object: string;
    readonly status: string;
    readonly counts: { readonly processed: number; readonly inserted: number; readonly errors: number };
  }[];
}

/**
 * Three staff members whose names the state can't hold: the batch fails for them, and only they are
 * sent again.
 */
export async function retry({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('North mends what failed, and sends only that again');
  const ids = [880_001, 880_002, 880_003];
  const list = ids.join(', ');
  await teller.also(
    'somebody adds three people to North by SQL, with names longer than the state allows',
    async () => {
      for (const id of ids) {
        await stage.sql(
          'north',
          'INSERT INTO PersonIdentity (personID, guid, lastName, firstName) VALUES (?, UUID(), ?, ?)',
          [id, 'Wolfeschlegelstein-'.repeat(3), 'Story'],
        );
        await stage.sql(
          'north',
          'INSERT INTO ProcessMessage (processMessageID, personID, guid, postedTimestamp, process) VALUES (?, ?, UUID(), NOW(), ?)',
          [id, id, 'STORY'],
        );
      }
      return `${ids.length} people, each with a message`;
    },
  );
  const path = '/districts/north/resyncs';
  const first = await teller.step<Accepted>({
    does: 'north sends its people and their messages',
    as: people.north,
    method: 'POST',
    path,
    body: { objects: ['PersonIdentity', 'ProcessMessage'], checkDependencies: false },
    status: 202,
  });
  const before = await teller.until<Outcome>({
    does: 'the three fail, and their messages are blocked',
    as: people.north,
    path: `/resyncs/${first.resyncId}`,
    done: ended,
    tells: (resync) => {
      must(resync.status === 'finished' && resync.totals?.errors === 6, 'six errors');
      return outcomeOf(resync);
    },
  });
  await teller.also('the names are mended at the district', async () => {
    await stage.sql('north', `UPDATE PersonIdentity SET lastName = 'Wolf' WHERE personID IN (${list})`);
    return '';
  });
  const again = await teller.step<Retried>({
    does: 'north retries just the records that had failed',
    as: people.north,
    method: 'POST',
    path: `/resyncs/${first.resyncId}/retry`,
    body: {},
    status: 202,
    tells: ({ selected }) => selected.map(({ object, records }) => `${records} ${object}`).join(', '),
  });
  await teller.until<Outcome>({
    does: 'it is green, and read no record but these and what the blocked ones need',
    as: people.north,
    path: `/resyncs/${again.resyncId}`,
    done: ended,
    tells: (resync) => {
      must(resync.status === 'finished' && resync.color === 'green', 'it is green');
      must(resync.retryOf === first.resyncId, 'it says whose errors it retried');
      for (const object of ['PersonIdentity', 'ProcessMessage']) {
        const row = resync.objectResults.find((one) => one.object === object);
        must(row?.counts.processed === 3 && row.counts.inserted === 3, `three of ${object}, all inserted`);
      }
      must((resync.totals?.processed ?? 0) < (before.totals?.processed ?? 0), 'fewer than the whole objects');
      return outcomeOf(resync);
    },
  });
  await teller.also('the state has the three, by their new names, and their messages', async () => {
    const [row] = await stage.sql(
      'state',
      `SELECT COUNT(*) AS n FROM PersonIdentity p JOIN ProcessMessage m USING (districtID, personID)
        WHERE p.districtID = ? AND p.personID IN (${list}) AND p.lastName = 'Wolf'`,
      [stage.numberOf('north')],
    );
    must(Number(row?.['n']) === 3, 'three people with a message each');
    return '';
  });
  await teller.step<{ items: unknown[] }>({
    does: 'the errors of the first run are still there to be read',
    as: people.north,
    path: `/resyncs/${first.resyncId}/errors`,
    status: 200,
    tells: ({ items }) => {
      must(items.length === 6, 'six errors');
      return `${items.length} errors`;
    },
  });
  interface Table {
    readonly items: readonly {
      readonly object: string;
      readonly last: { readonly resyncId: string } | null;
    }[];
  }
  await teller.step<Table>({
    does: 'the tool’s table doesn’t take the retry for a resync of the object',
    as: people.north,
    path: `/districts/north/objects?schoolYear=${firstYear}`,
    status: 200,
    tells: ({ items }) => {
      const row = items.find(({ object }) => object === 'PersonIdentity');
      must(row?.last?.resyncId === first.resyncId, 'its Last Resync is the batch');
      return '';
    },
  });
  await teller.also('the three leave North and the state again', async () => {
    await stage.sql('north', `DELETE FROM ProcessMessage WHERE processMessageID IN (${list})`);
    await stage.sql('north', `DELETE FROM PersonIdentity WHERE personID IN (${list})`);
    const tenant = stage.numberOf('north');
    await stage.sql(
      'state',
      `DELETE FROM ProcessMessage WHERE districtID = ? AND processMessageID IN (${list})`,
      [tenant],
    );
    await stage.sql('state', `DELETE FROM PersonIdentity WHERE districtID = ? AND personID IN (${list})`, [
      tenant,
    ]);
    return '';
  });
}
