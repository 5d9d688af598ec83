import { builtinCatalog } from '../../src/catalog/builtin';
import { newSigningKey } from '../../src/config/signing-key';
import { parseConfig } from '../../src/config';
import { openControl } from '../../src/control/database';
import { requireObject } from '../../src/domain/catalog';
import { createToken } from '../../src/features/access/token-store';
import { createLogger } from '../../src/logger';
import { makeViewsOfRegions } from '../../src/region-views';
import { startServer } from '../../src/server';
import { emptyDatabases } from '../../src/stack/prepare-databases';
import { startWorker } from '../../src/worker';
import { ended, outcomeOf, type Accepted, type Resync } from '../answers';
import type { Scene } from '../actors';
import { firstYear, type Stage } from '../environment';
import { must, type Person } from '../narrator';

const tables = ['School', 'Calendar', 'Enrollment', 'PersonIdentity', 'Roster'];

/**
 * What was the state until now turns out to be a region: above it stands a state, whose deployment
 * reads the region's edition and asks through the region's (specification: "a State or Regional
 * Edition").
 */
export async function regionBetween({ stage, teller, people }: Scene): Promise<void> {
  teller.chapter('A region between');
  const above = await stateAbove(stage, people.state.token);
  try {
    const told = teller.elsewhere(above.url);
    const before = await stage.sql('south', `SELECT personID FROM PersonIdentity ORDER BY personID LIMIT 1`);
    const person = Number(before[0]!['personID']);
    await teller.also('somebody at south corrects a name by SQL', async () => {
      await stage.sql('south', `UPDATE PersonIdentity SET lastName = 'Corrected' WHERE personID = ?`, [
        person,
      ]);
      return '';
    });
    const { resyncId } = await told.step<Accepted>({
      does: 'the state above asks south for everything',
      as: above.state,
      method: 'POST',
      path: '/districts/south-above/resyncs',
      body: { objects: 'all', scenario: 'STATE_REQUEST' },
      status: 202,
      tells: (accepted) => `resync ${accepted.resyncId}`,
    });
    const run = await told.until<Resync & { readonly region?: { resyncId: string; color: string } }>({
      does: 'its run ends, after that of the region',
      as: above.state,
      path: `/resyncs/${resyncId}`,
      done: ended,
      tells: (resync) => {
        must(resync.status === 'finished' && resync.region !== undefined, 'it finished, through the region');
        return `${outcomeOf(resync)}; the region’s run ${resync.region!.resyncId}: ${resync.region!.color}`;
      },
    });
    await teller.step<{ initiator: string; scenario: string }>({
      does: 'the region shows that run as one that the state had asked for',
      as: people.state,
      path: `/resyncs/${run.region!.resyncId}`,
      status: 200,
      tells: ({ initiator, scenario }) => {
        must(initiator === 'state' && scenario === 'STATE_REQUEST', 'it is the state’s');
        return scenario;
      },
    });
    await teller.also('district, region and state agree, and the state has nobody but south', async () => {
      const [at] = await stage.sql(
        'state',
        `SELECT lastName FROM \`${above.database}\`.PersonIdentity WHERE districtID = ? AND personID = ?`,
        [stage.numberOf('south'), person],
      );
      must(at?.['lastName'] === 'Corrected', 'the corrected name is at the state');
      const counts: string[] = [];
      for (const table of tables) {
        const tie = requireObject(builtinCatalog, table).schoolYear;
        const year = tie === null ? '' : `AND ${tie.column} = ${firstYear}`;
        const [row] = await stage.sql(
          'state',
          `SELECT (SELECT COUNT(*) FROM \`${table}\` WHERE districtID = ? ${year}) AS region,
                  (SELECT COUNT(*) FROM \`${above.database}\`.\`${table}\` WHERE districtID = ?) AS state,
                  (SELECT COUNT(*) FROM \`${above.database}\`.\`${table}\` WHERE districtID <> ?) AS others`,
          [stage.numberOf('south'), stage.numberOf('south'), stage.numberOf('south')],
        );
        const { region, state, others } = row as { region: number; state: number; others: number };
        must(region > 0 && region === state && others === 0, `${table}: ${region}, ${state}, ${others}`);
        counts.push(`${table} ${region}`);
      }
      return counts.join(', ');
    });
  } finally {
    await above.stop();
  }
}

interface Above {
  readonly url: string;
  readonly database: string;
  readonly state: Person;
  stop(): Promise<void>;
}

/** A deployment of its own, whose only district is one of the region. */
async function stateAbove({ config: region, url }: Stage, token: string): Promise<Above> {
  const beside = (database: string): string => {
    const address = new URL(region.stateDatabaseUrl);
    address.pathname = `/${database}`;
    return address.href;
  };
  const database = 'state_above';
  const south = region.districts.find(({ id }) => id === 'south')!;
  const config = parseConfig(
    {
      stateDatabaseUrl: beside(database),
      controlDatabaseUrl: beside('control_above'),
      temporal: { address: region.temporal.address, taskQueue: `${region.temporal.taskQueue}-above` },
      api: { port: 0 },
      certification: { privateKey: newSigningKey() },
      districts: [
        {
          ...{ id: 'south-above', number: south.number, name: south.name, schoolYear: firstYear },
          databaseUrl: beside('south_for_state'),
          region: { editionUrl: region.stateDatabaseUrl, url, token, district: 'south', pollMs: 200 },
        },
      ],
    },
    { env: {} },
  );
  await emptyDatabases({ state: config.stateDatabaseUrl, control: config.controlDatabaseUrl });
  await makeViewsOfRegions(config, () => undefined);
  const worker = await startWorker(config);
  const server = await startServer(config, { logger: createLogger('api', { level: 'silent' }) });
  const control = openControl(config.controlDatabaseUrl);
  const made = await createToken(control, { name: 'State above', level: 'state', districts: null });
  await control.destroy();
  return {
    url: server.url,
    database,
    state: { name: 'State above', token: made.token },
    stop: async () => {
      await server.stop();
      await worker.stop();
    },
  };
}
