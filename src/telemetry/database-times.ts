import { tracingChannel } from 'node:diagnostics_channel';
import { Counter, Histogram, type Registry } from 'prom-client';
import { type Config, databaseUrlsOf } from '../config';
import { parseAddress } from '../database/address';

/** What the driver tells of a statement. Its text and values are there too, and never looked at. */
interface Statement {
  readonly database: string;
  readonly serverAddress: string;
  readonly serverPort?: number | undefined;
  readonly error?: unknown;
}

const channels = ['mysql2:query', 'mysql2:execute'];
const nothing = (): void => undefined;

/**
 * Times every statement of this process, by the kind of database it went to. @returns what ends it
 */
export function timeStatements(registry: Registry, config: Config): () => void {
  const kindOf = kindsOf(config);
  const seconds = new Histogram({
    name: 'resync_database_seconds',
    help: 'Duration of statements, by database: district, state, control or other',
    labelNames: ['database'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  const errors = new Counter({
    name: 'resync_database_errors_total',
    help: 'Statements that a database, or the connection to it, refused',
    labelNames: ['database'],
    registers: [registry],
  });
  const begun = new WeakMap<object, number>();
  const subscriber = {
    start: (statement: object) => void begun.set(statement, performance.now()),
    asyncStart: (statement: object) => {
      const start = begun.get(statement);
      if (start === undefined) return;
      begun.delete(statement);
      const { database: name, serverAddress, serverPort = 3306, error } = statement as Statement;
      const database = kindOf(`${serverAddress}:${serverPort}/${name}`);
      seconds.observe({ database }, (performance.now() - start) / 1000);
      if (error !== undefined) errors.inc({ database });
    },
    end: nothing,
    asyncEnd: nothing,
    error: nothing,
  };
  for (const name of channels) tracingChannel(name).subscribe(subscriber);
  return () => {
    for (const name of channels) tracingChannel(name).unsubscribe(subscriber);
  };
}

/** Kinds by host, port and database; of the districts there are at the moment. */
function kindsOf(config: Config): (address: string) => string {
  const addressOf = (url: string): string => {
    const { host, port, database } = parseAddress(url);
    return `${host}:${port}/${database}`;
  };
  const others = new Map([
    [addressOf(config.stateDatabaseUrl), 'state'],
    [addressOf(config.controlDatabaseUrl), 'control'],
  ]);
  let of: Config['districts'] | null = null;
  let districts = new Set<string>();
  return (address) => {
    if (of !== config.districts) {
      of = config.districts;
      const known = of.filter(({ whyNoDatabase }) => whyNoDatabase === undefined);
      districts = new Set(known.flatMap(databaseUrlsOf).map(addressOf));
    }
    return others.get(address) ?? (districts.has(address) ? 'district' : 'other');
  };
}
