/** What must hold at the servers before a resync can run well, checked and put in words. */
import type { Config, DistrictConfig } from '../config';
import { catalogOf } from '../deployment';
import type { Catalog } from '../domain/catalog';
import { controlFindings } from './check-control';
import { controlRights, districtRights, type LackingRights, stateRights } from './check-rights';
import { temporalFindings } from './check-temporal';
import { type Finding, fail, isThisMachine, ok, warn } from './finding';
import { probeDatabase, type DatabaseProbe, type ReachedDatabase } from './probe-database';

/** Pages of 5,000 records and their error text must fit in one packet. */
const leastPacketBytes = 16 * 1024 * 1024;
/** Leases and ledger rows carry the servers' own times. */
const mostSkewSeconds = 5;

/** Of accounts that only workers have. */
const inWorkers = 'Look where a worker runs, with its files and variables.';

/** Districts looked at together: each takes two connections, and up to five seconds. */
const districtsTogether = 8;

/**
 * Checks databases, rights and Temporal; never throws for what it finds.
 * @param catalog whose tables the rights are about; default: the configuration's
 */
export async function checkDeployment(config: Config, catalog?: Catalog): Promise<Finding[]> {
  const state = await probeDatabase(config.stateDatabaseUrl);
  const control = await probeDatabase(config.controlDatabaseUrl);
  return [
    ...(await eachFew(config.districts, districtsTogether, async (district) => {
      const { id, whyNoDatabase } = district;
      if (whyNoDatabase !== undefined)
        return [warn(`district ${id}`, `is not known to this process: ${whyNoDatabase}`, inWorkers)];
      const found: Finding[] = [];
      for (const { name, url } of databasesOf(district)) {
        const probe = await probeDatabase(url);
        found.push(...databaseFindings(`district ${name}`, probe), ...apartFindings(name, probe, state));
      }
      return found;
    })),
    ...databaseFindings('state', state),
    ...stateFindings(state, control),
    ...(await controlFindings(config)),
    ...(await rightsFindings(config, catalog)),
    ...(await temporalFindings(config.temporal)),
  ];
}

/** The databases of a district, with what a finding calls them. */
function databasesOf(district: DistrictConfig): { readonly name: string; readonly url: string }[] {
  const { id, databases } = district;
  if (databases === undefined) return [{ name: id, url: district.databaseUrl }];
  return databases.map(({ databaseUrl: url, schoolYears }) => ({
    name: `${id} (${schoolYears?.join(', ') ?? 'other school years'})`,
    url,
  }));
}

/** Work for each item, so many at a time. @returns what came of them, in their order */
async function eachFew<Item, Found>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<readonly Found[]>,
): Promise<Found[]> {
  const found: (readonly Found[])[] = [];
  for (let from = 0; from < items.length; from += atOnce)
    found.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
  return found.flat();
}

function databaseFindings(name: string, probe: DatabaseProbe): Finding[] {
  if (probe.kind === 'unreachable') {
    return [
      fail(
        name,
        probe.why === null ? `cannot be reached (${probe.code})` : `${probe.why.what} (${probe.code})`,
        probe.why?.todo ?? 'Check host, port, login and that it runs; locally "resync up".',
      ),
    ];
  }
  const { version, sqlMode, maxAllowedPacket, skewSeconds } = probe;
  return [
    ok(name, version),
    tlsFinding(name, probe),
    /STRICT_(TRANS|ALL)_TABLES/.test(sqlMode)
      ? ok(`${name} sql_mode`, 'strict')
      : warn(
          `${name} sql_mode`,
          'not strict',
          'The service sets it for its own sessions; set STRICT_TRANS_TABLES for everyone.',
        ),
    maxAllowedPacket >= leastPacketBytes
      ? ok(`${name} max_allowed_packet`, `${maxAllowedPacket / 1024 / 1024}M`)
      : warn(
          `${name} max_allowed_packet`,
          `${maxAllowedPacket} bytes`,
          'Set 64M, or lower copy.pageRecords.',
        ),
    Math.abs(skewSeconds) <= mostSkewSeconds
      ? ok(`${name} clock`, `${Math.abs(skewSeconds).toFixed(1)} s apart from here`)
      : warn(
          `${name} clock`,
          `${Math.abs(skewSeconds).toFixed(0)} s apart from here`,
          'Run a time service on both machines.',
        ),
  ];
}

function tlsFinding(name: string, { tls, host }: ReachedDatabase): Finding {
  if (tls !== null) return ok(`${name} TLS`, tls);
  if (isThisMachine(host)) return ok(`${name} TLS`, 'not encrypted; on this machine');
  return warn(
    `${name} TLS`,
    'not encrypted',
    'Anyone between can read the records and the login: set tls.ca for this database (docs/servers.md).',
  );
}

function apartFindings(districtId: string, district: DatabaseProbe, state: DatabaseProbe): Finding[] {
  if (district.kind === 'unreachable' || state.kind === 'unreachable') return [];
  const check = `district ${districtId} and state`;
  if (district.server !== state.server) return [ok(check, 'two servers')];
  return district.database === state.database
    ? [fail(check, 'are the same database', 'Give the district and the state databases of their own.')]
    : [ok(check, 'two databases of one server')];
}

function stateFindings(state: DatabaseProbe, control: DatabaseProbe): Finding[] {
  if (state.kind === 'unreachable' || control.kind === 'unreachable') {
    return control.kind === 'unreachable' ? databaseFindings('control', control) : [];
  }
  return [
    state.server === control.server && state.database !== control.database
      ? ok('control', 'a database of its own on the state’s server')
      : fail(
          'control',
          state.server === control.server
            ? 'is the state’s own database'
            : 'is on another server than the state',
          'Put it beside the state’s: a page, its ledger row and its errors are one transaction.',
        ),
    state.localInfile
      ? ok('state local_infile', 'on')
      : warn(
          'state local_infile',
          'off',
          'An empty state is filled by INSERT, which takes longer; set local_infile=1 to stream.',
        ),
    ...(state.logsStatements
      ? [
          fail(
            'state binlog_format',
            'STATEMENT',
            'Set ROW or MIXED: by statement the server takes no record (error 1665).',
          ),
        ]
      : []),
    state.flushAtCommit === 1
      ? ok('state innodb_flush_log_at_trx_commit', '1')
      : warn(
          'state innodb_flush_log_at_trx_commit',
          String(state.flushAtCommit),
          'Set 1: a power cut may lose committed pages.',
        ),
    ...(state.galera
      ? [
          warn(
            'state wsrep_on',
            'Galera',
            'Commits may fail by certification; they are repeated. Send to one node.',
          ),
        ]
      : []),
  ];
}

async function rightsFindings(config: Config, given: Catalog | undefined): Promise<Finding[]> {
  let catalog: Catalog;
  try {
    catalog = given ?? catalogOf(config);
  } catch (error) {
    return [
      fail('catalog', (error as Error).message, 'Correct the file; "resync catalog check" looks at it.'),
    ];
  }
  const checks = [
    ...config.districts
      .filter(({ whyNoDatabase }) => whyNoDatabase === undefined)
      .flatMap((district) =>
        databasesOf(district).map(
          ({ name, url: databaseUrl }) =>
            () =>
              districtRights(config, catalog, { id: district.id, name, databaseUrl }),
        ),
      ),
    () => stateRights(config, catalog),
    () => controlRights(config),
  ];
  return eachFew(checks, districtsTogether, async (check) => {
    // What can't be reached has a finding of its own already.
    const [found] = await Promise.allSettled([check()]);
    return found.status === 'fulfilled' ? [rightsFinding(found.value)] : [];
  });
}

function rightsFinding({ database, account, needed, wished }: LackingRights): Finding {
  const check = `${database} rights`;
  if (needed.length > 0) return fail(check, `${account} lacks some`, [...needed, ...wished].join(' '));
  if (wished.length > 0)
    return warn(
      check,
      `${account} sees no triggers: what they write, set or take back isn't foreseen`,
      wished.join(' '),
    );
  return ok(check, `${account} has what it needs`);
}
