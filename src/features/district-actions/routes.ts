import type { ApiContext } from '../../http/context';
import { ifMatchHeader, tagShown } from '../../http/if-match';
import { idempotencyHeader } from '../../http/idempotency';
import { route, type RouteSpec } from '../../http/route';
import { previewView } from './preview-views';
import * as schemas from './schemas';
import { startDistrictAction } from './start';
import { districtActionPage, districtActionView } from './views';

/** What the state does with many districts in one call: shown, done, and what came of each. */
export function districtActionRoutes(context: ApiContext): RouteSpec[] {
  const common = {
    // Which of them it takes is said by the action, as for one district.
    right: 'resyncBatch',
    orRights: ['verificationSummary', 'administration'],
    stateOnly: true,
    tag: 'Many districts',
  } as const;
  return [
    route({
      ...common,
      operationId: 'previewDistrictAction',
      method: 'post',
      path: '/district-actions/preview',
      summary: 'To which districts an action would do what, and to which it can’t; nothing is done',
      example: { action: 'cancel', districts: ['grand-bend'] },
      body: schemas.previewBody,
      responses: { 200: { description: 'The preview', schema: schemas.preview } },
      audit: false,
      handler: async ({ body, principal, response }) =>
        tagShown(response, await previewView(context, principal, body)),
    }),
    route({
      ...common,
      operationId: 'startDistrictAction',
      method: 'post',
      path: '/district-actions',
      summary: 'Verify, certify, accept, remind, retry or cancel many districts, as the preview has shown',
      headers: idempotencyHeader.extend(ifMatchHeader.shape),
      example: { action: 'cancel', districts: ['grand-bend'], previewHash: 'of-the-preview' },
      body: schemas.actionBody,
      responses: { 202: { description: 'Accepted; Location names it', schema: schemas.accepted } },
      audit: ({ body, answer }) => ({ ...body, districtActionId: answer?.districtActionId }),
      location: ({ districtActionId }) => `/district-actions/${districtActionId}`,
      handler: (call) => startDistrictAction(context, call),
    }),
    route({
      ...common,
      operationId: 'listDistrictActions',
      method: 'get',
      path: '/district-actions',
      summary: 'Actions on many districts, newest first, as far as the caller has their rights',
      query: schemas.actionsQuery,
      responses: { 200: { description: 'A page of actions', schema: schemas.actionPage } },
      handler: (call) => districtActionPage(context, call),
    }),
    route({
      ...common,
      operationId: 'showDistrictAction',
      method: 'get',
      path: '/district-actions/{id}',
      summary: 'What came of an action, district by district',
      params: schemas.actionParams,
      responses: { 200: { description: 'The action', schema: schemas.districtAction } },
      handler: (call) => districtActionView(context, call),
    }),
  ];
}
