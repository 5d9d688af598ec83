import { z } from 'zod';
import { type DistrictCompliance, endingYear, readCompliance } from './read-compliance';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { cellOf } from '../../http/list-columns';
import { sees } from '../../http/require';
import { schoolYearAsked } from '../../http/schemas';
import type { Cell } from '../../http/csv';
import { type AnswerTo, route, type RouteSpec } from '../../http/route';
import * as schemas from './schemas';
import { yearRunView, yearStartView, yearSwitchView } from './views';

/** The state's list of the mandatory resyncs around the end of a school year. */
export function complianceRoutes({ config, control }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'showCompliance',
      method: 'get',
      path: '/compliance',
      right: 'resyncBatch',
      stateOnly: true,
      tag: 'School years',
      summary: 'Every district’s end-of-year resync, switch and start-of-year resync',
      query: z.strictObject({ schoolYear: schoolYearAsked }),
      responses: {
        200: {
          description: 'The list, in the order of the configuration',
          schema: schemas.compliance,
        },
      },
      file: { header, line },
      handler: async ({ query, principal }) => {
        const districts = config.districts.filter(({ id }) => sees(principal, id));
        const schoolYear = query.schoolYear ?? (await endingYear(control, districts));
        const items = await readCompliance(control, districts, {
          ...config.scenarios,
          schoolYear,
          now: new Date(),
        });
        return { schoolYear, counts: countsOf(items), items: items.map((item) => view(principal, item)) };
      },
    }),
  ];
}

function view(
  principal: Principal,
  item: DistrictCompliance,
): AnswerTo<typeof schemas.compliance>['items'][0] {
  const { endOfYear, switched, startOfYear, ...district } = item;
  const { run, ...end } = endOfYear;
  return {
    ...district,
    endOfYear: { ...end, resync: run && yearRunView(principal, run) },
    switched: switched && yearSwitchView(principal, switched),
    startOfYear: yearStartView(principal, startOfYear),
  };
}

function countsOf(items: readonly DistrictCompliance[]): AnswerTo<typeof schemas.compliance>['counts'] {
  const number = (is: (item: DistrictCompliance) => boolean): number => items.filter(is).length;
  const ended = (status: string) => number(({ endOfYear }) => endOfYear.status === status);
  const begun = (status: string) => number(({ startOfYear }) => startOfYear.status === status);
  return {
    districts: items.length,
    endOfYear: { done: ended('done'), missing: ended('missing') },
    switched: number(({ switched }) => switched !== null),
    startOfYear: {
      notDue: begun('notDue'),
      due: begun('due'),
      overdue: begun('overdue'),
      done: begun('done'),
    },
  };
}

const header = [
  ...['district', 'name', 'scopedYear', 'endOfYear', 'endOfYearResync', 'endOfYearEndedAt', 'endOfYearColor'],
  ...['why', 'switchedAt', 'switchedBy', 'overridden', 'reason'],
  ...['startOfYear', 'startOfYearDueAt', 'startOfYearResync'],
];

function line(item: AnswerTo<typeof schemas.compliance>['items'][0]): Cell[] {
  const { districtId, name, scopedYear, endOfYear, switched, startOfYear } = item;
  return [
    ...[districtId, name, scopedYear, endOfYear.status],
    ...[endOfYear.resync?.resyncId, endOfYear.resync?.endedAt, endOfYear.resync?.color, endOfYear.why],
    ...[switched?.switchedAt, switched?.switchedBy, switched?.overridden, switched?.reason],
    ...[startOfYear.status, startOfYear.dueAt, startOfYear.resync?.resyncId],
  ].map(cellOf);
}
