import { countUnread, deleteAlerts, listAlerts, markAlertRead, markAlertsRead, restoreAlerts } from './read';
import {
  alert,
  alertIds,
  alertParams,
  alertQuery,
  changedAlerts,
  deletedAlerts,
  mostUnread,
  unreadAlerts,
} from './schemas';
import type { ApiContext } from '../../http/context';
import { periodIn } from '../../http/period';
import { requireDistrict, zoneFor } from '../../http/require';
import { notFound } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { pageOf } from '../../http/schemas';

/** Process Alerts: read and deleted for oneself; others still see them. */
export function alertRoutes({ config, control }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'listAlerts',
      method: 'get',
      path: '/alerts',
      right: 'processAlerts',
      tag: 'Alerts',
      summary: 'Process Alerts for the caller, newest first',
      query: alertQuery,
      responses: { 200: { description: 'A page of alerts', schema: pageOf(alert) } },
      handler: ({ query, principal }) => {
        const { from: first, to: last, unread, district, ...rest } = query;
        const one = district === undefined ? undefined : requireDistrict(config, principal, district);
        const { from, to: before } = periodIn(zoneFor(config, principal, one), { from: first, to: last });
        const districtId = one?.id;
        return listAlerts(control, principal, {
          ...{ ...rest, from, before, districtId },
          unread: unread === 'true',
        });
      },
    }),
    route({
      operationId: 'countAlerts',
      method: 'get',
      path: '/alerts/count',
      right: 'processAlerts',
      tag: 'Alerts',
      summary: 'How many alerts the caller hasn’t read',
      responses: { 200: { description: 'Their number', schema: unreadAlerts } },
      handler: async ({ principal }) => {
        const unread = await countUnread(control, principal, mostUnread + 1);
        return { unread: Math.min(unread, mostUnread), capped: unread > mostUnread };
      },
    }),
    route({
      operationId: 'markAlertsRead',
      method: 'post',
      path: '/alerts/read',
      right: 'processAlerts',
      tag: 'Alerts',
      summary: 'Mark alerts as read; ids of alerts that aren’t the caller’s are left out of the answer',
      example: { ids: [1] },
      body: alertIds,
      responses: { 200: { description: 'The ids that are read now', schema: changedAlerts } },
      handler: async ({ body, principal }) => ({ ids: await markAlertsRead(control, principal, body.ids) }),
    }),
    route({
      operationId: 'restoreAlerts',
      method: 'post',
      path: '/alerts/restore',
      right: 'processAlerts',
      tag: 'Alerts',
      summary: 'Take back that alerts were deleted',
      example: { ids: [1] },
      body: alertIds,
      responses: { 200: { description: 'The ids that are there again', schema: changedAlerts } },
      handler: async ({ body, principal }) => ({ ids: await restoreAlerts(control, principal, body.ids) }),
    }),
    route({
      operationId: 'markAlertRead',
      method: 'post',
      path: '/alerts/{id}/read',
      right: 'processAlerts',
      tag: 'Alerts',
      summary: 'Mark an alert as read; others still see it as unread',
      params: alertParams,
      responses: { 200: { description: 'The alert', schema: alert } },
      handler: ({ params, principal }) => markAlertRead(control, principal, params.id),
    }),
    route({
      operationId: 'deleteAlert',
      method: 'delete',
      path: '/alerts/{id}',
      right: 'processAlerts',
      tag: 'Alerts',
      summary: 'Delete an alert; others still see it',
      params: alertParams,
      responses: { 204: { description: 'Deleted' } },
      handler: async ({ params, principal }) => {
        if ((await deleteAlerts(control, principal, [params.id])).length === 0) throw notFound();
      },
    }),
    route({
      operationId: 'deleteAlerts',
      method: 'post',
      path: '/alerts/delete',
      right: 'processAlerts',
      tag: 'Alerts',
      summary:
        'Delete alerts; others still see them. Ids of alerts that aren’t the caller’s are left out of the answer',
      example: { ids: [1] },
      body: alertIds,
      responses: {
        200: { description: 'The ids that were deleted', schema: deletedAlerts },
      },
      handler: async ({ body, principal }) => ({ deleted: await deleteAlerts(control, principal, body.ids) }),
    }),
  ];
}
