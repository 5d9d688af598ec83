import { z } from 'zod';
import { acceptResync } from '../resyncs/accept';
import { postDueAlerts } from './due-alerts';
import { readScopedYearView, switchScopedYear } from './switch-store';
import type { Principal } from '../../domain/principal';
import { databaseOfYear, type DistrictConfig, whyNoYearDatabase } from '../../config';
import { offeredYears } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { requireDistrict } from '../../http/require';
import { requireDetails } from '../resyncs/visibility';
import { Problem, unusable } from '../../http/problem';
import { requesterOf } from '../../http/idempotency';
import { type AnswerTo, route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import { resyncParams } from '../resyncs/schemas';
import * as schemas from './schemas';
import { yearRunView, yearStartView, yearSwitchView } from './views';

const statusOf = { notAllowed: 403, conflict: 409, invalid: 422 } as const;

/**
 * The scoped year of a district, its switch, and the acceptance of the outcome that stands in its
 * way.
 */
export function scopedYearRoutes({ config, control }: ApiContext): RouteSpec[] {
  const { scenarios } = config;

  const show = async (
    principal: Principal,
    district: DistrictConfig,
  ): Promise<AnswerTo<typeof schemas.scopedYear>> => {
    const view = await readScopedYearView(control, district, { ...scenarios, now: new Date() });
    const { scopedYear, switches, yearEnd, yearStart } = view;
    return {
      districtId: district.id,
      scopedYear,
      offeredYears: offeredYears(scopedYear, district).map(({ schoolYear, kind, objects }) => ({
        schoolYear,
        kind,
        objects,
      })),
      endOfYear: {
        holds: yearEnd.holds,
        why: yearEnd.holds ? null : yearEnd.why,
        resync: yearEnd.run && yearRunView(principal, yearEnd.run),
      },
      startOfYear: yearStartView(principal, yearStart),
      switches: switches.map((change) => yearSwitchView(principal, change)),
    };
  };

  return [
    route({
      operationId: 'showScopedYear',
      method: 'get',
      path: '/districts/{district}/scoped-year',
      right: 'resyncBatch',
      tag: 'School years',
      summary: 'The scoped year, whether it may be ended, and whether its start-of-year resync is due',
      params: districtParams,
      responses: { 200: { description: 'The scoped year', schema: schemas.scopedYear } },
      handler: ({ params, principal }) =>
        show(principal, requireDistrict(config, principal, params.district)),
    }),
    route({
      operationId: 'switchScopedYear',
      method: 'put',
      path: '/districts/{district}/scoped-year',
      right: 'administration',
      tag: 'School years',
      summary: 'Switch to the next school year, once the ending one has its full resync',
      params: districtParams,
      example: { schoolYear: 2028 },
      body: schemas.switchRequest,
      responses: { 200: { description: 'The scoped year after the switch', schema: schemas.scopedYear } },
      audit: ({ body }) => ({ ...body }),
      handler: async ({ params, body, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        if (databaseOfYear(district, body.schoolYear) === null)
          throw unusable(whyNoYearDatabase(district.id, body.schoolYear), { pointer: '#/schoolYear' });
        const verdict = await switchScopedYear(control, district, {
          to: body.schoolYear,
          level: principal.level,
          reason: body.override?.reason ?? null,
          by: requesterOf(principal),
          acceptedColors: scenarios.acceptedColors,
          judgedColor: scenarios.judgedColor,
        });
        if (verdict.kind === 'refused') {
          const { how, field, why } = verdict;
          const places = field === null ? [] : [{ detail: why, pointer: `#/${field}` }];
          throw new Problem(statusOf[how], why, places);
        }
        // Told at once; should this fail, the hourly pass tells it.
        await postDueAlerts(control, [district], { ...scenarios, now: new Date() });
        return show(principal, district);
      },
    }),
    route({
      operationId: 'acceptOutcome',
      method: 'post',
      path: '/resyncs/{id}/accept',
      right: 'administration',
      stateOnly: true,
      tag: 'School years',
      summary: 'Accept the outcome of a full resync, so that its school year may be ended',
      params: resyncParams,
      example: { reason: 'The errors left are known exclusions.' },
      body: z.strictObject({ reason: schemas.reason }).meta({ id: 'AcceptRequest' }),
      responses: { 200: { description: 'Accepted; the first acceptance stays', schema: schemas.acceptance } },
      audit: ({ body }) => ({ ...body }),
      handler: async ({ params, body, principal }) => {
        await requireDetails(control, principal, params.id);
        return acceptResync(control, {
          resyncId: params.id,
          by: requesterOf(principal),
          reason: body.reason,
        });
      },
    }),
  ];
}
