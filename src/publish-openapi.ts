import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { apiRoutes, publicRoutes } from './app';
import { parseConfig } from './config';
import { openControl } from './control/database';
import { catalogOf } from './deployment';
import type { ApiContext } from './http/context';
import { openApiDocument } from './http/openapi';
import { createLogger } from './logger';
import { TemporalCalls } from './temporal/calls';
import { lazyConnection } from './temporal/connect';

// Run by hand after a change of a route or its schemas: npm run openapi. A test holds file and
// routes equal.
const file = join(__dirname, '..', 'docs', 'openapi.json');

/** The document says the same whatever the service is connected to; nothing here is. */
const nowhere = 'mysql://nobody@127.0.0.1:1/nothing';
const config = parseConfig(
  {
    stateDatabaseUrl: nowhere,
    controlDatabaseUrl: nowhere,
    districts: [{ id: 'd', number: 1, name: 'D', schoolYear: 2027, databaseUrl: nowhere }],
  },
  { env: {} },
);
const temporal = new Client({ connection: lazyConnection(config.temporal) });
const context: ApiContext = {
  config,
  catalog: catalogOf(config),
  control: openControl(nowhere),
  temporal: new TemporalCalls(temporal, config.temporal.taskQueue),
  logger: createLogger('api'),
  refreshDistricts: () => Promise.resolve(),
  streamMs: 0,
  streamCheckMs: 0,
  stopping: new AbortController().signal,
};
const routes = [...publicRoutes(context), ...apiRoutes(context)];
writeFileSync(file, `${JSON.stringify(openApiDocument(routes), null, 2)}\n`);
