/** What the routes of actions on many districts take and answer with. */
import { z } from 'zod';
import { actionStatuses, districtActions } from '../../domain/district-action';
import { count, pageOf, pageQuery, time, timeOrder } from '../../http/schemas';
import { certificationBody } from '../certifications/schemas';
import { retryRequest } from '../resyncs/retry-schemas';
import { planRequest } from '../resyncs/schemas';
import { stateRequestBody } from '../state-requests/schemas';
import { reason } from '../year-end/schemas';

const { districts } = stateRequestBody.shape;
const { objects, checkDependencies } = planRequest.shape;
const of = <Action extends (typeof districtActions)[number]>(action: Action) => ({
  action: z.literal(action),
  districts,
});

/** What decides on what would be done. */
const shown = {
  verify: z.strictObject({ ...of('verify'), objects: objects.default('all'), checkDependencies }),
  certify: z.strictObject(of('certify')),
  accept: z.strictObject(of('accept')),
  remind: z.strictObject(of('remind')),
  retry: z.strictObject({ ...of('retry'), outcomes: retryRequest.shape.outcomes }),
  cancel: z.strictObject(of('cancel')),
};

export const previewBody = z
  .discriminatedUnion('action', [
    shown.verify,
    shown.certify,
    shown.accept,
    shown.remind,
    shown.retry,
    shown.cancel,
  ])
  .meta({ id: 'DistrictActionPreviewBody' });

const previewHash = z.string().max(64).meta({
  description: 'of the preview that was shown: where anything else would be done, the answer is 409',
});
const { name, reportingDate } = certificationBody.shape;

export const actionBody = z
  .discriminatedUnion('action', [
    shown.verify.extend({ previewHash }),
    shown.certify.extend({ previewHash, name, reportingDate }),
    shown.accept.extend({ previewHash, reason }),
    shown.remind.extend({ previewHash }),
    shown.retry.extend({ previewHash }),
    shown.cancel.extend({ previewHash }),
  ])
  .meta({ id: 'DistrictActionBody' });

const item = {
  districtId: z.string(),
  schoolYear: z.int(),
  resyncId: z
    .string()
    .nullable()
    .meta({ description: 'the resync that is accepted, sent again or cancelled; null: of none' }),
};

export const preview = z
  .object({
    previewHash: z.string().meta({ description: 'for POST /district-actions' }),
    action: z.enum(districtActions),
    count: count.meta({ description: 'of what would be done' }),
    districts: count.meta({ description: 'in which that is; of several resyncs each is counted' }),
    refused: count.meta({ description: 'districts in which nothing would be done' }),
    items: z.array(
      z.object({
        ...item,
        whyNot: z.string().nullable().meta({ description: 'null: it would be done' }),
        note: z.string().nullable().meta({ description: 'what there is to know of it, in a few words' }),
      }),
    ),
  })
  .meta({ id: 'DistrictActionPreview' });

export const accepted = z
  .object({
    districtActionId: z.string(),
    action: z.enum(districtActions),
    count,
    refused: count,
    replayed: z.boolean().meta({
      description: 'true: the same Idempotency-Key had made it before, or the same words a moment ago',
    }),
  })
  .meta({ id: 'DistrictActionAccepted' });

const counts = z.object({ waiting: count, done: count, refused: count, failed: count });

export const actionHead = z
  .object({
    districtActionId: z.string(),
    action: z.enum(districtActions),
    requestedBy: z.string(),
    requestedAt: time,
    endedAt: time.nullable(),
    status: z.enum(['accepted', 'finished', 'failed']).meta({
      description: 'finished: each was tried, and what it has started may still be under way',
    }),
    counts,
  })
  .meta({ id: 'DistrictActionHead' });

export const actionsQuery = z.strictObject({
  ...pageQuery,
  ...timeOrder,
  action: z.enum(districtActions).optional(),
});
export const actionPage = pageOf(actionHead);

export const districtAction = actionHead
  .extend({
    items: z.array(
      z.object({
        ...item,
        status: z.enum(actionStatuses),
        startedId: z
          .string()
          .nullable()
          .meta({ description: 'the verification, certification or resync that was started' }),
        message: z.string().nullable().meta({ description: 'why not' }),
      }),
    ),
  })
  .meta({ id: 'DistrictAction' });

export const actionParams = z.object({ id: z.string().max(64) });
