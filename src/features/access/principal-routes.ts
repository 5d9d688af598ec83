import { z } from 'zod';
import {
  createPrincipal,
  grantRight,
  listPrincipals,
  type PrincipalView,
  readPrincipal,
  setDisabled,
  withdrawRight,
} from './principal-store';
import type { Principal } from '../../domain/principal';
import {
  type PrincipalScope,
  rightsByDefault,
  rightsOfLevel,
  rightsOfSchools,
  type ToolRight,
} from '../../domain/rights';
import { shownSchool, storedSchool } from '../../domain/school-key';
import type { ApiContext } from '../../http/context';
import { sees } from '../../http/require';
import { requireAdministered } from './require-administered';
import * as schemas from './schemas';
import { Problem, unusable } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { pageOf, pageQuery, timeOrder } from '../../http/schemas';

const tag = 'Principals';
const one = { 200: { description: 'The principal after the change', schema: schemas.principal } };

/**
 * Who there is and what each may do. An administrator reaches principals not above its level, in
 * its own districts.
 */
export function principalRoutes(context: ApiContext): RouteSpec[] {
  const { control } = context;
  return [
    route({
      operationId: 'showSelf',
      method: 'get',
      path: '/me',
      right: null,
      tag,
      summary: 'Who the token belongs to, and what it may do',
      responses: { 200: { description: 'The caller', schema: schemas.self } },
      handler: ({ principal: { principalId, name, level, districts, rights, schools } }) =>
        Promise.resolve({
          ...{ principalId, name, level, districts, rights },
          schools: schools && schools.map(shownSchool),
        }),
    }),
    route({
      operationId: 'listPrincipals',
      method: 'get',
      path: '/principals',
      right: 'administration',
      tag,
      summary: 'Principals of the control database, newest first',
      query: z.strictObject({ ...pageQuery, ...timeOrder }),
      responses: { 200: { description: 'A page of principals', schema: pageOf(schemas.principal) } },
      handler: async ({ query, principal }) => {
        const page = await listPrincipals(control, { within: principal, ...query });
        return { ...page, items: page.items.map(shown) };
      },
    }),
    route({
      operationId: 'createPrincipal',
      method: 'post',
      path: '/principals',
      right: 'administration',
      tag,
      summary: 'Create a principal; its tokens have a route of their own',
      example: { name: 'Nightly script', districts: ['grand-bend'], rights: ['resyncBatch'] },
      body: schemas.newPrincipal,
      responses: { 201: { description: 'Created; Location names it', schema: schemas.principal } },
      audit: ({ body, answer }) => ({ ...body, principalId: answer?.principalId }),
      location: ({ principalId }) => `/principals/${principalId}`,
      handler: async ({ body, principal }) => {
        const { name, level, schools } = body;
        const { rights = schools === null ? rightsByDefault(level) : rightsOfSchools } = body;
        const districts = requireOwnScope(context, principal, body);
        requireFitting({ level, schools }, rights, { pointer: '#/rights' });
        if (schools !== null && (level === 'state' || districts?.length !== 1))
          throw unusable('Who is limited to schools belongs to one district.', { pointer: '#/schools' });
        const principalId = await createPrincipal(control, {
          ...{ name, level, districts, rights, by: principal.principalId },
          schools: schools && schools.map(storedSchool),
        });
        return shown(await readPrincipal(control, principalId));
      },
    }),
    route({
      operationId: 'showPrincipal',
      method: 'get',
      path: '/principals/{principal}',
      right: 'administration',
      tag,
      summary: 'A principal with its rights',
      params: schemas.principalParams,
      responses: { 200: { description: 'The principal', schema: schemas.principal } },
      handler: async ({ params, principal }) =>
        shown(await requireAdministered(context, principal, params.principal)),
    }),
    ...(['disable', 'enable'] as const).map((action) =>
      route({
        operationId: `${action}Principal`,
        method: 'post',
        path: `/principals/{principal}/${action}`,
        right: 'administration',
        tag,
        summary:
          action === 'disable'
            ? 'Disable a principal: its tokens are refused'
            : 'Enable a principal: its tokens work again',
        params: schemas.principalParams,
        responses: one,
        handler: async ({ params, principal }) => {
          const { principalId } = await requireAdministered(context, principal, params.principal);
          if (action === 'disable') requireAnother(principal, principalId);
          await setDisabled(control, { principalId, disabled: action === 'disable' });
          return shown(await readPrincipal(control, principalId));
        },
      }),
    ),
    route({
      operationId: 'grantRight',
      method: 'put',
      path: '/principals/{principal}/rights/{tool}',
      right: 'administration',
      tag,
      summary: 'Grant a tool right',
      params: schemas.rightParams,
      responses: one,
      handler: async ({ params, principal }) => {
        const found = await requireAdministered(context, principal, params.principal);
        const { principalId } = found;
        requireFitting(found, [params.tool], { parameter: 'tool' });
        await grantRight(control, { principalId, right: params.tool, by: principal.principalId });
        return shown(await readPrincipal(control, principalId));
      },
    }),
    route({
      operationId: 'withdrawRight',
      method: 'delete',
      path: '/principals/{principal}/rights/{tool}',
      right: 'administration',
      tag,
      summary: 'Withdraw a tool right',
      params: schemas.rightParams,
      responses: one,
      handler: async ({ params, principal }) => {
        const { principalId } = await requireAdministered(context, principal, params.principal);
        if (params.tool === 'administration') requireAnother(principal, principalId);
        await withdrawRight(control, { principalId, right: params.tool });
        return shown(await readPrincipal(control, principalId));
      },
    }),
  ];
}

/** A principal as the API shows it: its schools as people name them. */
function shown(found: PrincipalView): PrincipalView {
  return { ...found, schools: found.schools && found.schools.map(shownSchool) };
}

/**
 * Districts of a new principal.
 * @throws Problem 422 for a district that isn't there or isn't the administrator's, alike; 403
 * above its level
 */
function requireOwnScope(
  { config }: ApiContext,
  administrator: Principal,
  { level, districts }: PrincipalScope,
): readonly string[] | null {
  if (level === 'state' && administrator.level !== 'state')
    throw new Problem(403, 'Only the state can create principals of the state.');
  if (districts === null && level === 'district')
    throw unusable('A principal of a district has to name its districts.', { pointer: '#/districts' });
  if (districts === null && administrator.districts !== null)
    throw unusable('Name districts: you don’t administer all of them.', { pointer: '#/districts' });
  const strange = (districts ?? []).findIndex(
    (id) => !sees(administrator, id) || !config.districts.some((district) => district.id === id),
  );
  if (strange >= 0) throw unusable('There is no such district.', { pointer: `#/districts/${strange}` });
  return districts && [...new Set(districts)];
}

/** @throws Problem 422 for a right that the level, or who is limited to schools, can't have */
function requireFitting(
  { level, schools }: Pick<Principal, 'level' | 'schools'>,
  rights: readonly ToolRight[],
  where: { pointer: string } | { parameter: string },
): void {
  const beyond = schools && rights.find((right) => !rightsOfSchools.includes(right));
  if (beyond) throw unusable(`The right ${beyond} looks at a whole district, not at single schools.`, where);
  const wrong = rights.find((right) => !rightsOfLevel(level).includes(right));
  if (wrong === undefined) return;
  throw unusable(`The right ${wrong} belongs to the state: a principal of a district can’t have it.`, where);
}

/** @throws Problem 409: nobody locks themselves out, so that an administrator is left */
function requireAnother(administrator: Principal, principalId: string): void {
  if (administrator.principalId === principalId)
    throw new Problem(409, 'You can’t remove your own administration right; ask another administrator.');
}
