/** Cases that need servers with settings of their own. */
import { useCase } from '../support/case-world';
import { startPrivateServer, type PrivateServer } from '../support/private-server';

async function onServer(
  settings: readonly string[],
  work: (servers: { district: PrivateServer['info']; state: PrivateServer['info'] }) => Promise<void>,
): Promise<void> {
  const server = await startPrivateServer('mariadb', settings);
  try {
    await work({ district: server.info, state: server.info });
  } finally {
    await server.stop();
  }
}

test('04-timestamp-null: a NULL for a required TIMESTAMP is missing, on a server that would make it the present', async () => {
  await onServer(['--explicit-defaults-for-timestamp=0'], async (servers) => {
    await useCase(
      '04-timestamp-null',
      async (world) => {
        for (const _run of ['first', 'second']) {
          const { objects, errors } = await world.resync();
          expect(errors).toEqual(['stamp ["1"] failed VALUE_MISSING at']);
          expect(objects['stamp']).toMatchObject({ status: 'finished', failed: 1 });
          expect(await world.state('SELECT * FROM stamp')).toEqual([]);
        }
      },
      { servers },
    );
  });
});

test('08-local-infile-off: an empty state is filled by INSERT where the server takes no stream', async () => {
  await onServer(['--local-infile=0'], async (servers) => {
    await useCase(
      '08-local-infile-off',
      async (world) => {
        expect((await world.resync()).objects['plain']).toEqual({
          status: 'finished',
          color: 'green',
          inserted: 1,
        });
        expect(await world.resync()).toMatchObject({ errors: [], objects: { plain: { unchanged: 1 } } });
        expect(await world.state('SELECT * FROM plain')).toEqual([{ id: 1, v: 1 }]);
      },
      { servers },
    );
  });
});
