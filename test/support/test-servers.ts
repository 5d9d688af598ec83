import { parseServerKinds } from '../../src/stack/server-kind';

/**
 * The kinds of the shared servers: MariaDB unless another is asked for,
 * `RESYNC_TEST_SERVER=mysql npm test`.
 */
export const testServers = parseServerKinds(process.env['RESYNC_TEST_SERVER'] || 'mariadb');

/** Both sides have what no MySQL has: the types UUID and INET6, engines, tables of numbers. */
const bothAreMariadb = ![testServers.district, testServers.state].includes('mysql');

/** Cases of a table that only MariaDB can take. */
export function ofMariadb<T>(...cases: readonly T[]): readonly T[] {
  return bothAreMariadb ? cases : [];
}
