import type { z } from 'zod';
import type { ApiContext } from '../../http/context';
import { requesterOf } from '../../http/idempotency';
import { ifVersionHeader, requireVersion, tagVersion } from '../../http/if-match';
import { notFound } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { retire } from './register';
import * as schemas from './schemas';
import { registerOne, requireWholeState, startImport } from './start';
import { importView, registrationsView, registrationView } from './views';

/** Districts as data: registered, changed and retired while the service runs, one or many. */
export function registrationRoutes(context: ApiContext): RouteSpec[] {
  return [...districtRoutes(context), ...importRoutes(context)];
}

const common = { right: 'administration', stateOnly: true, tag: 'Registration' } as const;

const example = {
  ...{ name: 'North District', schoolYear: 2027, state: 'ND', timezone: 'America/Chicago' },
  database: { variable: 'DISTRICT_NORTH_URL' },
};

function districtRoutes(context: ApiContext): RouteSpec[] {
  const { config, control } = context;
  return [
    route({
      ...common,
      operationId: 'listRegistrations',
      method: 'get',
      path: '/registrations',
      summary: 'All districts with their settings, and where their database accounts are kept',
      responses: { 200: { description: 'By number, retired ones too', schema: schemas.registrations } },
      handler: ({ principal }) => registrationsView(context, principal),
    }),
    route({
      ...common,
      operationId: 'registerDistrict',
      method: 'post',
      path: '/districts',
      summary: 'Register a district, or take up a retired one again, once its database was tested',
      example: { id: 'north', number: 7, ...example },
      body: schemas.registerBody,
      responses: { 201: { description: 'Registered', schema: schemas.registration } },
      // Without the name of a file or variable, and never an account.
      audit: ({ body }) => ({ district: body.id, database: kindOf(body) }),
      location: ({ id }) => `/registrations/${id}`,
      handler: ({ body, principal }) => {
        requireWholeState(principal);
        const { database, databases, ...settings } = body;
        return registerOne(context, {
          ...{ mode: 'register', settings, principal },
          database: databases ?? database,
        });
      },
    }),
    route({
      ...common,
      operationId: 'showRegistration',
      method: 'get',
      path: '/registrations/{district}',
      summary: 'The settings of a district, and where its database account is kept',
      params: schemas.changeParams,
      responses: { 200: { description: 'The district', schema: schemas.registration } },
      handler: ({ params, principal }) => {
        requireDistrict(config, principal, params.district);
        return registrationView(context, params.district);
      },
    }),
    route({
      ...common,
      operationId: 'changeDistrict',
      method: 'put',
      path: '/registrations/{district}',
      summary: 'Change a district; without `database` its account stays as it is. Tested as a new one',
      params: schemas.changeParams,
      headers: ifVersionHeader,
      example: { number: 1, ...example },
      body: schemas.changeBody,
      responses: { 200: { description: 'As it is now', schema: schemas.registration } },
      audit: ({ body }) => ({ database: kindOf(body) }),
      handler: async ({ params, body, principal, request, response }) => {
        const { id } = requireDistrict(config, principal, params.district);
        requireWholeState(principal);
        requireVersion(request, (await registrationView(context, id)).version);
        const { database: one, databases, ...rest } = body;
        const settings = { id, ...rest };
        const database = databases ?? one;
        const changed = await registerOne(context, { mode: 'change', settings, database, principal });
        return tagVersion(response, changed);
      },
    }),
    route({
      ...common,
      operationId: 'retireDistrict',
      method: 'post',
      path: '/registrations/{district}/retire',
      summary: 'Retire a district: nothing is sent of it any more, what is at the state stays',
      params: schemas.changeParams,
      responses: { 200: { description: 'Retired', schema: schemas.registration } },
      handler: async ({ params, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        requireWholeState(principal);
        await retire({ control, config }, { district, changedBy: requesterOf(principal) });
        await context.refreshDistricts();
        return registrationView(context, district.id);
      },
    }),
  ];
}

function importRoutes(context: ApiContext): RouteSpec[] {
  return [
    route({
      ...common,
      operationId: 'importDistricts',
      method: 'post',
      path: '/district-imports',
      summary: 'Register and change many districts by a CSV file; a bad line changes nothing of its district',
      example: {
        csv: 'id,number,name,schoolYear,databaseVariable\nsouth,8,South District,2027,DISTRICT_SOUTH_URL\n',
        dryRun: true,
      },
      body: schemas.importBody,
      responses: {
        202: { description: 'Accepted; Location names it', schema: schemas.importAccepted },
      },
      audit: ({ body, answer }) => ({ importId: answer?.importId, dryRun: body.dryRun }),
      location: ({ importId }) => `/district-imports/${importId}`,
      handler: async ({ body, principal }) => {
        requireWholeState(principal);
        return { importId: await startImport(context, { ...body, principal }) };
      },
    }),
    route({
      ...common,
      operationId: 'showDistrictImport',
      method: 'get',
      path: '/district-imports/{id}',
      summary: 'What came of an import, line by line',
      params: schemas.importParams,
      responses: { 200: { description: 'The import', schema: schemas.districtImport } },
      handler: ({ params, principal }) => {
        if (principal.districts !== null) throw notFound();
        return importView(context, params.id);
      },
    }),
  ];
}

function kindOf({
  database,
  databases,
}: Pick<z.output<typeof schemas.changeBody>, 'database' | 'databases'>): string {
  if (databases !== undefined) return 'several';
  return Object.entries(database ?? {}).find(([, value]) => value !== undefined)?.[0] ?? 'as it was';
}
