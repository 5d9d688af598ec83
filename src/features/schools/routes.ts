import type { ApiContext } from '../../http/context';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import { schoolNames } from './schemas';
import { listSchoolNames } from './store';

/** GET /districts/{district}/schools: what people call the keys that lists of errors have. */
export function schoolRoutes({ config, control }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'listSchools',
      method: 'get',
      path: '/districts/{district}/schools',
      right: 'errorLog',
      orRights: ['resyncBatch', 'resyncView', 'verificationSummary'],
      tag: 'Districts',
      summary: 'Names of the district’s schools, as its last resync or comparison of them found them',
      params: districtParams,
      responses: { 200: { description: 'By name', schema: schoolNames } },
      handler: async ({ params, principal }) => {
        const { id: districtId } = requireDistrict(config, principal, params.district);
        return { items: await listSchoolNames(control, { districtId, schools: principal.schools }) };
      },
    }),
  ];
}
