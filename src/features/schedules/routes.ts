import type { ApiContext } from '../../http/context';
import { ifVersionHeader, tagVersion } from '../../http/if-match';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import { backfillSchedule } from './backfill';
import { calendarOf } from './show-calendar';
import { calendar, calendarQuery } from './calendar-schemas';
import { deleteSchedule, pauseOrResumeSchedule, triggerSchedule } from './change';
import { changeSchedule, createSchedule } from './create';
import { requireSchedule } from './require';
import * as schemas from './schemas';
import { schedulesOf } from './show';
import { scheduleView } from './views';

/** Recurring resyncs and verifications. */
export function scheduleRoutes(context: ApiContext): RouteSpec[] {
  const ofDistrict = { right: 'resyncBatch', tag: 'Schedules', params: districtParams } as const;
  const ofOne = { ...ofDistrict, params: schemas.scheduleParams };
  const ok = { 200: { description: 'The schedule', schema: schemas.schedule } };

  const pauseOrResume = (['pause', 'resume'] as const).map((action) =>
    route({
      ...ofOne,
      operationId: `${action}Schedule`,
      method: 'post',
      path: `/districts/{district}/schedules/{id}/${action}`,
      summary:
        action === 'pause'
          ? 'Pause a schedule: it does not fire until it is resumed'
          : 'Resume a schedule; firings missed meanwhile are not made up',
      example: { note: 'Maintenance' },
      body: schemas.pauseRequest,
      audit: ({ body }) => body,
      responses: ok,
      handler: (call) => pauseOrResumeSchedule(context, action, call),
    }),
  );

  return [
    route({
      ...ofDistrict,
      operationId: 'createSchedule',
      method: 'post',
      path: '/districts/{district}/schedules',
      summary:
        'Create a schedule; each firing starts a resync or a verification of the scoped year at that time',
      example: { name: 'Leap days', objects: 'all', cron: '0 2 29 2 *', timezone: 'America/Chicago' },
      body: schemas.scheduleRequest,
      audit: ({ body, answer }) => ({ ...body, scheduleId: answer?.scheduleId }),
      responses: { 201: { description: 'The schedule; Location names it', schema: schemas.schedule } },
      location: ({ districtId, scheduleId }) => `/districts/${districtId}/schedules/${scheduleId}`,
      handler: (call) => createSchedule(context, call),
    }),
    route({
      ...ofDistrict,
      operationId: 'listSchedules',
      method: 'get',
      path: '/districts/{district}/schedules',
      summary: 'Schedules of a district, by name',
      responses: { 200: { description: 'At most 40', schema: schemas.scheduleList } },
      handler: ({ params, principal }) =>
        schedulesOf(context, principal, requireDistrict(context.config, principal, params.district)),
    }),
    route({
      ...ofDistrict,
      operationId: 'showCalendar',
      method: 'get',
      path: '/districts/{district}/calendar',
      summary: 'When schedules fire and blackout windows hold, in a period',
      query: calendarQuery,
      responses: { 200: { description: 'The period', schema: calendar } },
      handler: (call) => calendarOf(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showSchedule',
      method: 'get',
      path: '/districts/{district}/schedules/{id}',
      summary: 'A schedule with its next and last runs',
      responses: ok,
      handler: async ({ params, principal }) =>
        scheduleView(context, principal, await requireSchedule(context, principal, params)),
    }),
    route({
      ...ofOne,
      operationId: 'changeSchedule',
      headers: ifVersionHeader,
      method: 'put',
      path: '/districts/{district}/schedules/{id}',
      summary: 'Change when a schedule fires and what a firing asks for; paused stays paused',
      example: { name: 'Leap years', objects: 'all', cron: '0 3 29 2 *', timezone: 'America/Chicago' },
      body: schemas.scheduleRequest,
      audit: ({ body }) => body,
      responses: { 200: { description: 'The schedule after the change', schema: schemas.schedule } },
      handler: async (call) => tagVersion(call.response, await changeSchedule(context, call)),
    }),
    ...pauseOrResume,
    route({
      ...ofOne,
      operationId: 'triggerSchedule',
      method: 'post',
      path: '/districts/{district}/schedules/{id}/trigger',
      summary: 'Fire a schedule now, even while it is paused; lastRuns names what it started a moment later',
      responses: { 202: { description: 'The schedule', schema: schemas.triggered } },
      handler: (call) => triggerSchedule(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'backfillSchedule',
      method: 'post',
      path: '/districts/{district}/schedules/{id}/backfill',
      summary: 'Fire a schedule for the times of a past period',
      example: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      body: schemas.backfillRequest,
      audit: ({ body }) => body,
      responses: { 202: { description: 'The schedule, and what it fires for', schema: schemas.backfilled } },
      handler: (call) => backfillSchedule(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'deleteSchedule',
      method: 'delete',
      path: '/districts/{district}/schedules/{id}',
      summary: 'Delete a schedule; what it started stays',
      responses: { 200: { description: 'The schedule as it was', schema: schemas.schedule } },
      handler: (call) => deleteSchedule(context, call),
    }),
  ];
}
