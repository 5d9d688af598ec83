/** What doctor finds of Temporal, reached as the service reaches it: no operator service. */
import type { Config } from '../config';
import { noConnection, NoTemporalError, withTemporal } from '../temporal/connect';
import { missingSearchAttributes, searchAttributeCommand } from '../temporal/search-attributes';
import { buildFindings } from './check-builds';
import { fail, type Finding, isThisMachine, ok, warn } from './finding';

/** Never throws for what it finds. */
export async function temporalFindings(temporal: Config['temporal']): Promise<Finding[]> {
  const { address, namespace } = temporal;
  try {
    const { missing, builds } = await withTemporal(temporal, async (connection) => {
      await connection.workflowService.describeNamespace({ namespace });
      return {
        missing: await missingSearchAttributes(connection, namespace),
        builds: await buildFindings(connection, temporal),
      };
    });
    return [
      ok('Temporal', `${address}, namespace ${namespace}`),
      tlsFinding(temporal),
      missing.length === 0
        ? ok('Temporal search attributes', 'registered')
        : fail(
            'Temporal search attributes',
            `missing: ${missing.join(', ')}`,
            `"resync setup" registers them; by hand: ${missing.map((name) => searchAttributeCommand(name, namespace)).join('; ')}`,
          ),
      ...builds,
    ];
  } catch (error) {
    const { message } = error instanceof NoTemporalError ? error : await noConnection(temporal, error);
    return [fail('Temporal', message, 'docs/servers.md says how it is reached; locally "resync up".')];
  }
}

function tlsFinding({ address, tls }: Config['temporal']): Finding {
  if (tls !== undefined)
    return ok('Temporal TLS', tls.cert === undefined ? 'encrypted' : 'encrypted, with our certificate');
  return isThisMachine(address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'))
    ? ok('Temporal TLS', 'not encrypted; on this machine')
    : warn(
        'Temporal TLS',
        'not encrypted',
        'Anyone between can read and start workflows: set temporal.tls (docs/servers.md).',
      );
}
