import { zoneOf } from '../../config';
import type { Principal } from '../../domain/principal';
import { storedSchool } from '../../domain/school-key';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { type Period, periodIn } from '../../http/period';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import { requireDetails } from '../resyncs/visibility';
import { errorsFile } from './errors-file';
import { districtErrors, districtErrorsQuery } from './schemas';
import { countDistrictErrors, type DistrictErrorFilter, listDistrictErrors } from './list-district-errors';

/** GET /districts/{district}/errors: the Error Log over all runs of a district. */
export function districtErrorRoutes({ config, catalog, control }: ApiContext): RouteSpec[] {
  const list = route({
    operationId: 'listDistrictErrors',
    method: 'get',
    path: '/districts/{district}/errors',
    right: 'errorLog',
    orRights: ['resyncBatch', 'resyncView'],
    showsRecords: true,
    tag: 'Outcomes',
    summary:
      'Records of all runs that did not reach the state, and where to mend them; without the right errorLog their keys are hidden',
    params: districtParams,
    query: districtErrorsQuery,
    responses: {
      200: { description: 'A page of errors, the first with their counts', schema: districtErrors },
    },
    file: errorsFile,
    handler: async ({ params, query: { school, ...query }, principal }) => {
      const district = requireDistrict(config, principal, params.district);
      const { id } = district;
      const asked = { ...query, ...periodIn(zoneOf(district), query) };
      const filter: DistrictErrorFilter = {
        ...asked,
        ...(asked.run === undefined ? {} : await windowOf(principal, id, { ...asked, run: asked.run })),
        ...(school === undefined ? {} : { school: storedSchool(school) }),
        districtId: id,
        withoutState: principal.level === 'district',
        schools: principal.schools,
        masked: !principal.rights.includes('errorLog'),
      };
      const [found, counts] = await Promise.all([
        listDistrictErrors(control, catalog, filter),
        asked.cursor === undefined ? countDistrictErrors(control, filter) : null,
      ]);
      return { ...found, ...counts };
    },
  });

  return [list];

  /**
   * The time of a run, within what was asked for: its errors lie in it.
   * @throws Problem 404 for a run that isn't the caller's to see into, or of another district
   */
  async function windowOf(
    principal: Principal,
    districtId: string,
    { run, from, to }: Period & { readonly run: string },
  ): Promise<{ from: Date; to?: Date | undefined }> {
    const head = await requireDetails(control, principal, run);
    if (head.districtId !== districtId) throw notFound();
    const begin = new Date(head.requestedAt);
    const end = head.endedAt === null ? undefined : new Date(Date.parse(head.endedAt) + 1);
    return {
      from: from && from > begin ? from : begin,
      to: end === undefined || (to && to < end) ? to : end,
    };
  }
}
