/** Everything that must hold before a resync can run well, this machine's programs among it. */
import type { Config } from '../config';
import { checkDeployment } from '../doctor/check-deployment';
import { folderFinding } from '../doctor/check-control';
import { type Finding, ok, warn } from '../doctor/finding';
import type { Catalog } from '../domain/catalog';
import { findMariadb } from './mariadb-programs';
import { findTemporal } from './temporal-program';

export type { Finding } from '../doctor/finding';

/**
 * Checks programs, databases, rights and Temporal; never throws for what it finds.
 * @param catalog whose tables the rights are about; default: the configuration's
 * @param folder of the local stack, whose disk is looked at where it is there
 */
export async function checkProject(
  config: Config,
  { catalog, folder }: { readonly catalog?: Catalog; readonly folder?: string } = {},
): Promise<Finding[]> {
  return [
    ...programFindings(),
    ...(folder === undefined ? [] : await folderFinding('local stack disk', folder)),
    ...(await checkDeployment(config, catalog)),
  ];
}

function programFindings(): Finding[] {
  const mariadb = findMariadb();
  const temporal = findTemporal();
  return [
    ok('Node', process.versions.node),
    mariadb === null
      ? warn('MariaDB programs', 'not found', 'Only the local stack needs them; "resync up" installs them.')
      : ok('MariaDB programs', mariadb.server.command),
    temporal === null
      ? warn('Temporal program', 'not found', 'Only the local stack needs it; "resync up" gets or builds it.')
      : ok('Temporal program', temporal),
  ];
}
